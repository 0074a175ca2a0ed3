"""Which files belong to a netlist? Those that it includes, and none outside its own folder."""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from ebana_like.errors import NetlistError
from ebana_like.files import read_file
from ebana_like.limits import require_at_most
from ebana_like.netlist.deck.lines import ANNOTATION, Line, newline, require_text, statements
from ebana_like.netlist.deck.notes import Notes

MOST_FILES, DEEPEST = 100, 10

_BEHIND_THE_END = "this text behind .end is read, as ngspice does and LTspice does not"


def read_text(path: Path, within: Path | None = None) -> tuple[str, str]:
    """Return a file's text and its encoding.

    within: a folder that the file must lie in.
    Raises NetlistError for what cannot be read, is no plain file, is too large or no text.
    """
    data = read_file(path, "netlist_bytes", NetlistError, inside=() if within is None else [within])
    encoding = "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        encoding = "latin-1"  # LTspice writes its micro sign so
        text = data.decode(encoding)
    require_text(text, str(path))
    return text, encoding


class Includer:
    """Puts the files that a netlist includes in the place of its `.include` and `.lib` lines.

    folder: the netlist's own; None where it has none and can include nothing. notes: of what has no effect.
    """

    def __init__(self, folder: Path | None, notes: Notes) -> None:
        self.folder = None if folder is None else folder.resolve()
        self.notes = notes
        self.files = 0
        self.characters = 0

    def expand(self, text: str, source: str, folder: Path | None, first: int, depth: int = 0) -> Iterator[Line]:
        """Yield the statements of a text and of all that it includes, up to its `.end`.

        folder: what relative names are relative to. first: number of the first line to read.
        """
        yield from self.insert(self.lines(text, source, first), folder, depth)

    def lines(self, text: str, source: str, first: int) -> list[Line]:
        """Return a text's own statements."""
        self.characters += len(text)
        what = f"{source}: the netlist and its files have {self.characters:,} characters"
        require_at_most("netlist_bytes", self.characters, what, NetlistError)
        return list(statements(islice(text.split(newline(text)), first - 1, None), source, first, self.notes.add))

    def insert(self, lines: list[Line], folder: Path | None, depth: int) -> Iterator[Line]:
        """Yield the lines with included files in their places; the sections of a library are left out."""
        ended = False
        skipping: Line | None = None
        ends = _library_ends(lines)
        for k, line in enumerate(lines):
            if line.text[0] != ".":
                if skipping is None:
                    if ended and depth == 0:
                        self.notes.add(line, _BEHIND_THE_END)
                    yield line
                continue
            keyword, *rest = line.text.split(maxsplit=1)
            keyword, rest = keyword.lower(), _arguments(rest)
            if skipping is not None:
                skipping = None if keyword == ".endl" else skipping
                continue
            if ended and depth == 0:
                self.notes.add(line, _BEHIND_THE_END)
            if keyword in (".include", ".inc", ".lib"):
                if keyword == ".lib" and len(rest) == 1 and k in ends:
                    skipping = line
                else:
                    yield from self.include(line, keyword, rest, folder, depth)
            elif keyword == ".end":
                ended = True
                yield line
            else:
                yield line

    def include(self, line: Line, keyword: str, rest: list[str], folder: Path | None, depth: int) -> Iterator[Line]:
        """Yield the statements of the file a line includes, or of one section of it."""
        if len(rest) != 1 and not (keyword == ".lib" and len(rest) == 2):
            raise line.error("expected the name of one file")
        path = self.path(line, rest[0], folder)
        self.files += 1
        if self.files > MOST_FILES or depth >= DEEPEST:
            raise line.error(f"more than {MOST_FILES} files are included, or {DEEPEST} inside each other")
        try:
            text, _ = read_text(path, self.folder)
        except NetlistError as error:
            raise line.error(str(error)) from error
        if len(rest) == 1:
            found = self.expand(text, str(path), path.parent, 1, depth + 1)
            yield from (inner for inner in found if inner.text.lower() != ".end")
            return
        section = rest[1].lower()
        lines = self.lines(text, str(path), 1)
        for k, end in _library_ends(lines).items():
            if lines[k].text.lower().split()[1:] == [section]:
                yield from self.insert(lines[k + 1 : end], path.parent, depth + 1)
                return
        raise line.error(f'{path} has no section ".lib {section}" that an .endl ends')

    def path(self, line: Line, name: str, folder: Path | None) -> Path:
        """Return the file meant. Raises NetlistError where it lies outside the netlist's folder."""
        if self.folder is None or folder is None:
            raise line.error("a text without a folder of its own can include no file; give its folder")
        try:
            path = (folder / name).resolve()
            inside = path.is_relative_to(self.folder)
        except (OSError, ValueError, RuntimeError):
            raise line.error("the file's name cannot be followed") from None
        if not inside:
            raise line.error(
                f"only files inside {self.folder} may be included; copy it there, or the .model lines into the netlist"
            )
        return path


def _arguments(rest: list[str]) -> list[str]:
    """Return what stands behind a keyword: words, of which each may be quoted."""
    return ["".join(parts) for parts in re.findall(r'"([^"]*)"|\'([^\']*)\'|(\S+)', rest[0])] if rest else []


def _library_ends(lines: list[Line]) -> dict[int, int]:
    """Return where each library section `.lib NAME` of a file begins and which `.endl` ends it."""
    ends: dict[int, int] = {}
    begun: int | None = None
    for k, line in enumerate(lines):
        if line.text.startswith(ANNOTATION) or line.text[0] != ".":
            continue
        words = line.text.lower().split()
        if words[0] == ".lib" and len(words) == 2:
            begun = k
        elif words[0] == ".endl":
            if begun is None:
                raise line.error("there is no .lib section for this line to end")
            ends[begun], begun = k, None
    return ends
