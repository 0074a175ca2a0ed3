"""What do all SPICE programs share, and where may they differ?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from ebana_like.circuit import Circuit
from ebana_like.elements import Bank, DiodeModel
from ebana_like.elements.conditions import USUAL, ZERO_CELSIUS
from ebana_like.elements.constants import TEMPERATURE, THERMAL_VOLTAGE
from ebana_like.elements.switch import SwitchModel
from ebana_like.errors import NetlistError
from ebana_like.netlist.dialects.rawfile import read_rawfile


@dataclass(frozen=True)
class ProgramLaws:
    """What a program computes with, as far as programs differ.

    boltzmann: J/K. elementary_charge: C.
    cubic_reverse: whether a diode's law below -3 N Vt is SPICE3's cubic one (`Diodes`) instead of the exponential.
    grounded_gmin: whether gmin, 1e-12 S, lies from every node to ground instead of across every junction.
    series: resistance of every source that fixes a voltage, ohms.
    """

    boltzmann: float
    elementary_charge: float
    cubic_reverse: bool = True
    grounded_gmin: bool = False
    series: float = 0.0

    def thermal_voltage(self, celsius: float | None) -> float:
        """Return kT/q, volts; at the nominal 27 degrees where none are given."""
        kelvin = TEMPERATURE if celsius is None else celsius + ZERO_CELSIUS
        return self.boltzmann * kelvin / self.elementary_charge

    def matching_temperature(self) -> float:
        """Return the temperature, degrees Celsius, at which the program's thermal voltage is the one used here."""
        return THERMAL_VOLTAGE * self.elementary_charge / self.boltzmann - ZERO_CELSIUS


class Dialect:
    """A SPICE program's way to be written to, run and read; what is here, all of them share.

    name: as typed. comment: what a comment line begins with. end: the last line.
    programs: names of the executable; none where netlists can be written but are not run from here.
    arguments: its command line after the netlist `circuit.cir` was written into an empty folder.
    install: how to get it.
    laws: what it computes with; None where that is not known.
    knows_time: whether what stores charge, and functions of time, are written for it in SPICE's words.
    """

    name: ClassVar[str]
    comment: ClassVar[str] = "*"
    end: ClassVar[str] = ".end"
    programs: ClassVar[tuple[str, ...]] = ()
    arguments: ClassVar[tuple[str, ...]] = ()
    install: ClassVar[str] = ""
    laws: ClassVar[ProgramLaws | None] = None
    knows_time: ClassVar[bool] = False

    def head(self, title: str) -> list[str]:
        """Return the lines a netlist begins with."""
        return [title]

    def elements(self, bank: Bank, nodes: Sequence[str]) -> list[str]:
        """Return the lines of a bank's elements. Raises NetlistError for a kind the dialect has no words for."""
        return bank.spice_lines(nodes)

    def diode_card(self, model: DiodeModel) -> str:
        """Return the line that defines a diode model."""
        return model.card()

    def switch_card(self, model: SwitchModel) -> str:
        """Return the line that defines a switch."""
        return model.card()

    def options(self, circuit: Circuit, celsius: float | None) -> list[str]:
        """Return the lines that set tolerances for a circuit, and the temperature (degrees Celsius) where given."""
        raise NotImplementedError

    def analysis(self, outputs: Sequence[str]) -> list[str]:
        """Return the lines that ask for the operating point; `outputs` are the nodes a person wants to see."""
        raise NotImplementedError

    def voltages(self, folder: Path, printed: str) -> dict[str, float]:
        """Return the node voltages, volts by name, that a finished run left in its folder or printed.

        Raises NetlistError where there are none, SimulatorError where the program says that they are wrong.
        """
        return read_rawfile(folder / "circuit.raw")


def under(circuit: Circuit, celsius: float | None, gmin: bool = False) -> str:
    """Return the options for the circuit's conditions, or for a temperature that is nominal too, which moves only kT/q.

    gmin: whether it is named where it is the usual one, too. Raises NetlistError where both ask for a temperature.
    """
    conditions = circuit.conditions
    if celsius is not None:
        if (conditions.celsius, conditions.nominal) != (USUAL, USUAL):
            raise NetlistError(f"the circuit stands at {conditions.celsius:g} degrees itself; leave out --equal-vt")
        conditions = replace(conditions, celsius=celsius, nominal=celsius)
    named = f" gmin={conditions.gmin!r}" if gmin and "gmin" not in conditions.options else ""
    return f"{named}{conditions.options}"


def turning(model: SwitchModel) -> tuple[float, float]:
    """Return the control voltages between which a switch turns over where a program asks for a range."""
    half = abs(model.threshold) / 2 or 1e-3
    return model.threshold - half, model.threshold + half
