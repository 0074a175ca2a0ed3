"""Which words of a line are values by name, and which are none that we know?"""

from itertools import pairwise

from ebana_like.netlist.deck.lines import Line


def named_values(line: Line, words: list[str]) -> tuple[list[str], dict[str, list[str]]]:
    """Split words into those before the first `name=`, and what stands behind each; of a name twice the last counts."""
    signs = [k for k, word in enumerate(words) if word == "="]
    if not signs:
        return words, {}
    if signs[0] < 2 or signs[-1] == len(words) - 1 or any(b - a < 3 for a, b in pairwise(signs)):
        raise line.error('expected "name=value" at the end of the line')
    ends = [*(k - 1 for k in signs[1:]), len(words)]
    pairs = {words[k - 1]: words[k + 1 : end] for k, end in zip(signs, ends, strict=True)}
    several = next((name for name, values in pairs.items() if len(values) > 1 and name not in _LISTS), "")
    if several:
        raise line.error(f'expected "name=value" at the end of the line; {several} has more than one value')
    return words[: signs[0] - 1], pairs


def refuse_unknown(line: Line, unknown: set[str]) -> None:
    """Raise NetlistError naming a parameter that is left over, if any."""
    if unknown:
        raise line.error(f'the parameter "{min(unknown)}" is not understood')


_LISTS = frozenset({"tc", "ic"})
"""What may have more than one value."""
