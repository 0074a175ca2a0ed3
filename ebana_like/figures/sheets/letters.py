"""Which letters of a text would schemdraw take for more than letters? Until it is done it is given others for them.

It reads texts as XML, and what stands between dollars as mathematics.
"""

_LETTERS = "<&$"
_INSTEAD = "\ue000\ue001\ue002"  # nobody's letters
_HIDE, _BACK = str.maketrans(_LETTERS, _INSTEAD), str.maketrans(_INSTEAD, _LETTERS)
_XML = str.maketrans(dict(zip(_INSTEAD, ("&lt;", "&amp;", "$"), strict=True)))

LONGEST = 28
"""Letters of a text that are shown."""


def hidden(text: str) -> str:
    """Return a text as schemdraw may have it."""
    return text.translate(_HIDE)


def unhidden(text: str) -> str:
    """Return a text as it was."""
    return text.translate(_BACK)


def escaped(svg: str) -> str:
    """Return a picture with its texts as they were."""
    return svg.translate(_XML)


def begun(text: str) -> str:
    """Return a text, or its beginning where it is too long to be drawn."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}"


def shortened(names: list[str]) -> dict[str, str]:
    """Return names that are too long to be drawn, with shorter ones in their place that are as different."""
    found = {}
    for k, name in enumerate(names):
        if len(name) > LONGEST:
            end = f"\N{HORIZONTAL ELLIPSIS}{k}"
            found[name] = name[: LONGEST - len(end)] + end
    return found
