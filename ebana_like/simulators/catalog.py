"""Which engines are there, by name? The one list behind settings, commands and messages."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ebana_like.seams import Seam

if TYPE_CHECKING:
    from ebana_like.circuit import Circuit
    from ebana_like.simulators.protocol import Simulator

ENGINES: "Seam[Callable[..., Simulator]]" = Seam(
    "engines",
    "engine",
    {
        "ngspice": "ebana_like.simulators.ngspice:NgspiceSimulator",
        "native": "ebana_like.simulators.native.simulator:NativeSimulator",
    },
    "a class or function that makes a Simulator of a Circuit",
    callable,
    former={"newton": "native"},
)
"""Engines by name; only the libraries of the one that is used are imported."""


def engine_for(circuit: "Circuit") -> str:
    """Return the engine that solves a circuit where nobody chose one: the native one where it knows all laws."""
    from ebana_like.elements import Devices

    return "ngspice" if circuit.of_kind(Devices) else "native"


def referee(circuit: "Circuit") -> "Simulator":
    """Return what a circuit's voltages are judged by: ngspice, or the native engine where SPICE has no such element."""
    from ebana_like.elements import IdealDiodes

    return simulator("native" if circuit.of_kind(IdealDiodes) else "ngspice", circuit)


def simulator(engine: str, circuit: "Circuit", workers: int = 1, single: bool = False) -> "Simulator":
    """Return an engine for a circuit, to be used as a context manager.

    workers: processes of ngspice. single: let the native engine take training steps in single precision.
    Raises SettingError for a name that is not known, and CircuitError where the engine does not know an element.
    """
    engine = ENGINES.former.get(engine, engine)
    options: dict[str, dict[str, Any]] = {"ngspice": {"workers": workers}, "native": {"single": single}}
    return ENGINES[engine](circuit, **options.get(engine, {}))
