"""What can a person be told when something goes wrong? Each error is one line: the thing, what was expected,
what came, and the fix."""


class EbanaError(Exception):
    """Base of every error whose message is meant for the person at the terminal."""


class CircuitError(EbanaError):
    """The circuit is wired in a way that cannot be solved or trained."""


class NetlistError(EbanaError):
    """A netlist or a model card could not be read or written."""


class SimulatorError(EbanaError):
    """The simulator could not be started, or gave no answer that can be trusted."""


class SettingError(EbanaError, ValueError):
    """A setting is outside what is allowed."""


class TrainingError(EbanaError):
    """Training cannot go on from here."""


class RunError(EbanaError):
    """A run folder could not be read or written."""
