"""Is an argument a number that can be? The checks that the command line, config files and Python share."""

from math import isfinite
from numbers import Integral, Real
from typing import Any, cast

from ebana_like.errors import EbanaError, SettingError

LONGEST = 60
"""Characters of a value that a message shows."""

_MOST_BITS = 10_000
"""Python writes out no much larger number."""


def require_number(
    name: str,
    value: Any,
    *,
    whole: bool = False,
    low: float | None = None,
    above: float | None = None,
    below: float | None = None,
    high: float | None = None,
    fix: str = "",
    shown_as: Any = None,
    error: type[EbanaError] = SettingError,
) -> None:
    """Raise an error unless a value is a finite number, whole where asked, within its bounds.

    low, high: the ends of what is allowed. above, below: beyond which it is, the end itself not included.
    fix: what to give instead, for the end of the message. shown_as: what the value is a part of, shown in its place.
    """
    fix = f", {fix}" if fix else ""

    def said() -> str:
        return shown(value if shown_as is None else shown_as)

    if isinstance(value, bool) or not isinstance(value, Integral if whole else Real):
        raise error(f"{name} is {said()}; expected {'a whole number' if whole else 'a number'}{fix}")
    value = cast(float, value)
    bounds = [
        (low is None or value >= low, low is not None and f"at least {low:g}"),
        (above is None or value > above, above is not None and f"above {above or 'zero'}"),
        (below is None or value < below, below is not None and f"below {below:g}"),
        (high is None or value <= high, high is not None and f"at most {high:g}"),
    ]
    allowed = [words for _, words in bounds if words]
    if not (isinstance(value, Integral) or isfinite(value)):
        raise error(f"{name} is {said()}; it must be {' and '.join(['finite', *allowed])}{fix}")
    if not all(met for met, _ in bounds):
        raise error(f"{name} is {said()}; it must be {' and '.join(allowed)}{fix}")


def shown(value: Any) -> str:
    """Return a value as a message shows it: on one line, cut where it is long; numbers of a tuple as they are typed."""
    text = ",".join(map(_text, value[: LONGEST + 1])) if _is_list(value) else _text(value)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."


def _is_list(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(part, Real) for part in value)


def _text(value: Any) -> str:
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if isinstance(value, Integral):
        return str(value) if int(value).bit_length() < _MOST_BITS else f"a number of {int(value).bit_length()} bits"
    return str(value).removesuffix(".0") if isinstance(value, Real) else repr(value)
