"""How is a quantity written so that a person reads it at once? In three digits, with a prefix."""

_PREFIXES = tuple((prefix.strip(), 10.0**power) for prefix, power in zip("GMk mµnpfa", range(9, -21, -3), strict=True))


def si(value: float, unit: str, sign: str = "") -> str:
    """Return a value in three digits with its prefix: 1.24 mW.

    sign: "+" to write the sign of positive values, too.
    """
    for prefix, factor in _PREFIXES:
        if abs(value) >= 0.9995 * factor:
            return f"{value / factor:{sign}.3g} {prefix}{unit}"
    return f"{value:{sign}.1g} {unit}"
