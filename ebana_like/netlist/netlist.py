"""What is a netlist, as text? The circuit, the voltages last computed for it, and the settings it was made with."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ebana_like.circuit import Circuit

FORMAT = 1
"""Version of the comment lines; a reader refuses what it does not know."""

FULL_DIGITS = "*# set numdgt=16"
"""A comment to every SPICE program but ngspice, which then prints voltages as full doubles."""

EXECUTED = re.compile(
    r"\*# (set numdgt=16|if \$\?batchmode - \$\?rawfile|op|print( v\([a-z_][a-z0-9_]*\))+|quit \$sim_status|end)",
    re.ASCII,
)
"""All lines of that kind which a netlist may have: `FULL_DIGITS`, and what makes `ngspice -b` print outputs alone."""

NAME = re.compile(r"(?![iv]x_\d+\Z|[vr]?idx_sweep\Z)[a-z_][a-z0-9_]*", re.ASCII)
"""A name every SPICE program takes, and the ngspice engine does not use for its own sources."""


@dataclass(frozen=True, eq=False)
class Netlist:
    """A circuit as it stands in a file.

    circuit: with the conductances, and the stimulus of one sample in its input sources.
    recorded: voltages of the output nodes for that stimulus, volts by node name; empty when not solved yet.
    settings: what the file should say of its origin (task, seed, ...); words without spaces.
    notes: what of the text it was read from has no effect, or another than some programs give it, a line each.
    """

    circuit: Circuit
    recorded: Mapping[str, float] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
