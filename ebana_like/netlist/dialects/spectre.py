"""How does Spectre want it? In its own language, after its circuit simulator and component references."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from ebana_like.circuit import Circuit
from ebana_like.elements import (
    CCCS,
    VCVS,
    Bank,
    CurrentSources,
    DiodeModel,
    Diodes,
    IdealDiodes,
    Resistors,
    Switches,
    VoltageSources,
)
from ebana_like.elements.numbers import resistances
from ebana_like.elements.switch import SwitchModel
from ebana_like.errors import NetlistError
from ebana_like.netlist.dialects.dialect import Dialect, turning, under
from ebana_like.netlist.models import numeric_parameters


class Spectre(Dialect):
    """Spectre: every instance reads `name (nodes) master parameters`."""

    name: ClassVar[str] = "spectre"
    comment: ClassVar[str] = "//"
    end: ClassVar[str] = "// end"

    def head(self, title: str) -> list[str]:
        return [f"// {title}", "simulator lang=spectre", "global 0"]

    def elements(self, bank: Bank, nodes: Sequence[str]) -> list[str]:
        master = _MASTERS.get(type(bank))
        if master is None:
            raise NetlistError(
                f'bank "{bank.name}" holds {bank.kind} elements, which are not written for spectre; '
                "choose another dialect"
            )
        ends = [bank.positive, bank.negative]
        if isinstance(bank, VCVS | Switches):
            ends += [bank.control_positive, bank.control_negative]
        columns = (bank.labels, zip(*(end.tolist() for end in ends), strict=True), master(bank))
        return [f"{label} ({' '.join(nodes[k] for k in at)}) {text}" for label, at, text in zip(*columns, strict=True)]

    def diode_card(self, model: DiodeModel) -> str:
        return f"model {model.name} diode {numeric_parameters(model)}"

    def switch_card(self, model: SwitchModel) -> str:
        low, high = turning(model)
        return f"model {model.name} relay vt1={low!r} vt2={high!r} ropen={model.open:g} rclosed={model.closed:g}"

    def options(self, circuit: Circuit, celsius: float | None) -> list[str]:
        return [f"tolerances options reltol=1e-9 vabstol=1e-12 iabstol=1e-15{under(circuit, celsius, gmin=True)}"]

    def analysis(self, outputs: Sequence[str]) -> list[str]:
        return ["keep options save=allpub", "operating_point dc"]


def _resistors(bank: Resistors) -> list[str]:
    return [f"resistor r={ohms}" for ohms in resistances(bank.conductance)]


def _diodes(bank: Diodes) -> list[str]:
    return [f"{bank.model.name}{'' if area == 1 else f' area={area!r}'}" for area in bank.area.tolist()]


def _voltage_sources(bank: VoltageSources) -> list[str]:
    return [f"vsource dc={volts!r} type=dc" for volts in bank.voltage.tolist()]


def _current_sources(bank: CurrentSources) -> list[str]:
    return [f"isource dc={amperes!r} type=dc" for amperes in bank.amperes.tolist()]


def _vcvs(bank: VCVS) -> list[str]:
    return [f"vcvs gain={gain!r}" for gain in bank.gain.tolist()]


def _cccs(bank: CCCS) -> list[str]:
    return [f"cccs probe={probe} gain={gain!r}" for probe, gain in zip(bank.control, bank.gain.tolist(), strict=True)]


def _switches(bank: Switches) -> list[str]:
    return [bank.model.name] * len(bank)


_MASTERS: dict[type[Bank], Callable[..., list[str]]] = {
    Resistors: _resistors,
    Diodes: _diodes,
    IdealDiodes: lambda bank: _diodes(bank.steep),
    VoltageSources: _voltage_sources,
    CurrentSources: _current_sources,
    VCVS: _vcvs,
    CCCS: _cccs,
    Switches: _switches,
}
