"""What does an X line ask for, and how far would all of them expand?"""

from ebana_like.netlist.deck.assignments import assignments
from ebana_like.netlist.deck.blocks import DEEPEST
from ebana_like.netlist.deck.flat import hint
from ebana_like.netlist.deck.lines import Line
from ebana_like.netlist.deck.subcircuits import Subcircuit

MOST_EXPANDED = 200_000
"""Elements that subcircuits may expand to."""


def read_call(line: Line) -> tuple[str, list[str], str, dict[str, str]]:
    """Return name, nodes, subcircuit and parameters of a line `X1 nodes NAME [params:] name=value ...`."""
    text = line.text.lower()
    if "=" in text:
        head, _, _ = text.partition("=")
        head = head.rstrip()
        cut = max(head.rfind(" "), head.rfind("\t"), head.rfind(":"))
        given = assignments(line, text[cut + 1 :])
        text = text[: max(cut, 0)]
    else:
        given = {}
    words = text.replace("params:", " ").replace(",", " ").replace("(", " ").replace(")", " ").split()
    if len(words) < 3:
        raise line.error('expected a subcircuit as in "X1 a b NAME"')
    return words[0], words[1:-1], words[-1], given


def _lookup(name: str, line: Line, chain: list[Subcircuit], elsewhere: str) -> int:
    """Return which block of the chain, innermost last, defines a subcircuit."""
    for k in range(len(chain) - 1, -1, -1):
        if name in chain[k].blocks:
            return k
    raise line.error(
        f"there is no .subckt {name}{elsewhere}{hint(name, [known for block in chain for known in block.blocks])}"
    )


def require_finite(
    block: Subcircuit,
    chain: list[Subcircuit],
    known: dict[Subcircuit, tuple[int, int]],
    inside: list[Subcircuit],
    elsewhere: str,
) -> tuple[int, int]:
    """Return how many elements a block expands to, and how deep. Raises NetlistError for recursion and absurd numbers.

    chain: the blocks the definition stands in, itself last. inside: the blocks being expanded around it.
    elsewhere: words about where a missing one may be.
    """
    if block in known:
        return known[block]
    grown, height = 0, 0
    for line in block.statements:
        if line.text[0] not in "xX":
            continue
        _, _, name, _ = read_call(line)
        at = _lookup(name, line, chain, elsewhere)
        target = chain[at].blocks[name]
        if target in inside or target is block:
            raise line.error(f"the subcircuit {name} contains itself")
        if len(inside) < DEEPEST:
            expanded, below = require_finite(target, [*chain[: at + 1], target], known, [*inside, block], elsewhere)
            grown, height = grown + expanded, max(height, below + 1)
        if len(inside) >= DEEPEST or height > DEEPEST:
            raise line.error(f"subcircuits stand in each other more than {DEEPEST} deep")
        if grown > MOST_EXPANDED:
            raise line.error(f"the subcircuits expand to more than {MOST_EXPANDED:,} elements")
    known[block] = grown + len(block.statements), height
    return known[block]
