"""Ways to nudge: how a circuit is wired for each, and what its elements are driven to. One file a way, in `ways`."""

from .catalog import NUDGES
from .nudge import Nudge
from .pull import Pull, Towards, nudging_of, pull_of
from .ways.clamped import Clamped
from .ways.current import Currents
from .ways.switch import SwitchedTargets

__all__ = ["NUDGES", "Clamped", "Currents", "Nudge", "Pull", "SwitchedTargets", "Towards", "nudging_of", "pull_of"]
