"""How is a quantity written so that a person reads it at once? In three digits, with a prefix."""

NOMINAL_CELSIUS = 27.0
"""Degrees at which SPICE has a circuit where nobody says."""

_PREFIXES = tuple((prefix.strip(), 10.0**power) for prefix, power in zip("GMk mµnpfa", range(9, -21, -3), strict=True))


def si(value: float, unit: str, sign: str = "") -> str:
    """Return a value in three digits with its prefix: 1.24 mW.

    sign: "+" to write the sign of positive values, too.
    """
    for prefix, factor in _PREFIXES:
        if abs(value) >= 0.9995 * factor:
            return f"{value / factor:{sign}.3g} {prefix}{unit}"
    return f"{value:{sign}.1g} {unit}"


def short(value: float) -> str:
    """Return a number as netlists have it: 4.7k, 100n, 1Meg as 1M; at most four digits."""
    size = abs(float(value))
    for prefix, factor in (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3), ("", 1.0), *_PREFIXES[1:]):
        if size >= 0.99995 * factor:
            return f"{value / factor:.4g}{prefix}"
    return "0" if not size else f"{value:.2g}"
