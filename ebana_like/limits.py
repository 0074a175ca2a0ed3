"""How large may something be before it is taken for a mistake? One place for such sizes, and how to raise them."""

import os

from ebana_like.errors import EbanaError, SettingError

_PREFIX = "EBANA_MOST_"

_MOST = {
    "classes": 1_000,
    "workers": 256,
    "columns": 100_000,
    "layers": 1_000,
    "elements": 100_000_000,
    "table_bytes": 1_000_000_000,
    "weights_bytes": 1_000_000_000,
    "netlist_bytes": 200_000_000,
    "course_bytes": 4_000_000_000,
    "image_bytes": 500_000_000,
    "config_bytes": 64_000,
    "history_bytes": 100_000_000,
    "checkpoint_bytes": 2_000_000_000,
    "bench_bytes": 10_000_000,
}
"""What is below need not fit into memory: 100 million resistors of crossbars take 3 GB."""


def most(name: str) -> int:
    """Return the largest size allowed: of the environment variable `EBANA_MOST_...`, or the usual one.

    Raises SettingError where the variable holds no whole number above zero.
    """
    variable = _variable(name)
    text = os.environ.get(variable, "")
    if not text:
        return _MOST[name]
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) < 20 and int(digits)):
        raise SettingError(f"the environment variable {variable} is {text[:40]!r}; expected a whole number above zero")
    return int(digits)


def require_at_most(name: str, count: int, what: str, error: type[EbanaError] = SettingError) -> None:
    """Raise an error where there are more than allowed.

    what: says in words what there are too many of, with the number.
    """
    if count > (largest := most(name)):
        raise error(
            f"{what}; more than {largest:,} are taken for a mistake. Where they are meant, set the environment "
            f"variable {_variable(name)}={count}"
        )


def _variable(name: str) -> str:
    return _PREFIX + name.upper()
