"""Which engines are there, by name? The one list behind settings, commands and messages."""

from typing import TYPE_CHECKING

from ebana_like.errors import SettingError, meant

if TYPE_CHECKING:
    from ebana_like.circuit import Circuit
    from ebana_like.simulators.protocol import Simulator

ENGINES = ("ngspice", "newton", "native")


def simulator(engine: str, circuit: "Circuit", workers: int = 1, single: bool = False) -> "Simulator":
    """Return an engine for a circuit, to be used as a context manager; only its own libraries are imported.

    workers: processes of engines that take any. single: let the native engine take training steps in single precision.
    Raises SettingError for a name that is not known, and CircuitError
    where the engine does not know an element.
    """
    import ebana_like.simulators as engines

    if engine == "ngspice":
        return engines.NgspiceSimulator(circuit, workers)
    if engine == "newton":
        return engines.NewtonSimulator(circuit)
    if engine == "native":
        return engines.NativeSimulator(circuit, single)
    raise SettingError(f'there is no engine "{engine}"; {meant(engine, ENGINES)}')
