"""How is a quantity written so that a person reads it at once? In three digits, with a prefix."""

_PREFIXES = (("", 1.0), ("m", 1e-3), ("µ", 1e-6), ("n", 1e-9), ("p", 1e-12), ("f", 1e-15), ("a", 1e-18))


def si(value: float, unit: str, sign: str = "") -> str:
    """Return a value in three digits with its prefix: 1.24 mW.

    sign: "+" to write the sign of positive values, too.
    """
    for prefix, factor in _PREFIXES:
        if abs(value) >= 0.9995 * factor:
            return f"{value / factor:{sign}.3g} {prefix}{unit}"
    return f"{value:{sign}.1g} {unit}"
