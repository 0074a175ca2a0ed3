"""Rules by which circuits learn courses in time, beside those that learn operating points."""

from ebana_like.learning.in_time.echo import StorageGradient, echo_gradient, forward_contrast
from ebana_like.learning.in_time.reversed_error import reversed_error
from ebana_like.learning.in_time.rules import CAPACITANCE, IN_TIME_RULES, INDUCTANCE, InTimeGradient, InTimeRule
from ebana_like.learning.in_time.task import InTimeTask

__all__ = [
    "CAPACITANCE",
    "INDUCTANCE",
    "IN_TIME_RULES",
    "InTimeGradient",
    "InTimeRule",
    "InTimeTask",
    "StorageGradient",
    "echo_gradient",
    "forward_contrast",
    "reversed_error",
]
