"""The elements of a circuit, one class a kind, each a bank of arrays."""

from ebana_like.elements.bank import Bank, BankType, Quantity, of_kind
from ebana_like.elements.behavioural import BehaviouralConductors, BehaviouralCurrents
from ebana_like.elements.capacitor import Capacitors, Storing
from ebana_like.elements.conditions import Conditions
from ebana_like.elements.controlled import CCCS, CCVS, VCCS, VCVS, CurrentControlled, VoltageControlled
from ebana_like.elements.device import BipolarTransistors, Devices, JFETs, ModelCard, MOSFETs, SpiceDiodes
from ebana_like.elements.diode import DiodeModel, Diodes
from ebana_like.elements.ideal_diode import IdealDiodes
from ebana_like.elements.index import Index, index_of
from ebana_like.elements.inductor import Coupling, Inductors
from ebana_like.elements.law import CurrentLaw, EnergyLaw, VoltageLaw
from ebana_like.elements.many_ended import BodyMOSFETs, WarmBipolarTransistors, WarmDiodes, WarmMOSFETs
from ebana_like.elements.negative import NegativeResistors
from ebana_like.elements.pipe import Pipes
from ebana_like.elements.resistor import OhmsLaw, Resistors
from ebana_like.elements.signal import OuterProducts, Signal, dense, squared_norm
from ebana_like.elements.small_signal import LinearDevices, SmallSignal
from ebana_like.elements.sources import CurrentSources, VoltageSources
from ebana_like.elements.switch import Switches
from ebana_like.elements.synapses import Synapses
from ebana_like.elements.views import AdjointView
from ebana_like.elements.waveform import Waveform
from ebana_like.elements.wired import WiredCrossbar
from ebana_like.elements.wires import Wires
from ebana_like.values import FloatArray, IntArray, Range

__all__ = [
    "CCCS",
    "CCVS",
    "VCCS",
    "VCVS",
    "AdjointView",
    "Bank",
    "BankType",
    "BehaviouralConductors",
    "BehaviouralCurrents",
    "BipolarTransistors",
    "BodyMOSFETs",
    "Capacitors",
    "Conditions",
    "Coupling",
    "CurrentControlled",
    "CurrentLaw",
    "CurrentSources",
    "Devices",
    "DiodeModel",
    "Diodes",
    "EnergyLaw",
    "FloatArray",
    "IdealDiodes",
    "Index",
    "Inductors",
    "IntArray",
    "JFETs",
    "LinearDevices",
    "MOSFETs",
    "ModelCard",
    "NegativeResistors",
    "OhmsLaw",
    "OuterProducts",
    "Pipes",
    "Quantity",
    "Range",
    "Resistors",
    "Signal",
    "SmallSignal",
    "SpiceDiodes",
    "Storing",
    "Switches",
    "Synapses",
    "VoltageControlled",
    "VoltageLaw",
    "VoltageSources",
    "WarmBipolarTransistors",
    "WarmDiodes",
    "WarmMOSFETs",
    "Waveform",
    "WiredCrossbar",
    "Wires",
    "dense",
    "index_of",
    "of_kind",
    "squared_norm",
]
