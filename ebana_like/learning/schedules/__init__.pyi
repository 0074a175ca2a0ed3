"""How the learning rate changes over the epochs: factors on it, by name."""

from .catalog import SCHEDULES, schedule_named
from .optax_schedule import OptaxSchedule
from .schedule import Constant, Exponential, Schedule

__all__ = ["SCHEDULES", "Constant", "Exponential", "OptaxSchedule", "Schedule", "schedule_named"]
