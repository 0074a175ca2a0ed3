"""Which files belong to a netlist? Those that it includes, out of its own folder and those a person agreed to."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice, pairwise
from pathlib import Path

from ebana_like.errors import NetlistError
from ebana_like.files import read_file
from ebana_like.limits import require_at_most
from ebana_like.netlist.deck.lines import Line, newline, require_text, statements
from ebana_like.netlist.deck.notes import Notes

MOST_FILES, DEEPEST = 100, 10

INCLUDING = (".include", ".inc", ".lib")
"""What lines begin with that name a file to read in their place; the last also begins sections of one."""

_DRIVE = re.compile(r"[a-zA-Z]:[/\\]")
"""How the name of a file begins that somebody's Windows has."""

_BEHIND_THE_END = "this text behind .end is read, as ngspice does and LTspice does not"


def read_text(path: Path, within: Sequence[Path] = ()) -> tuple[str, str]:
    """Return a file's text and its encoding: UTF-8, or UTF-16 or Latin-1 as LTspice writes.

    within: folders of which one must hold the file; empty for any.
    Raises NetlistError for what cannot be read, is no plain file, is too large or no text.
    """
    data = read_file(path, "netlist_bytes", NetlistError, inside=within)
    for encoding in (_wide(data), "utf-8"):
        with suppress(UnicodeDecodeError):
            text = data.decode(encoding)
            break
    else:
        encoding = "latin-1"  # LTspice writes its micro sign so
        text = data.decode(encoding)
    require_text(text, str(path))
    return text, encoding


def _wide(data: bytes) -> str:
    """Return the encoding of a text of two bytes a character, by its mark or its zero bytes; else UTF-8."""
    little, big = (data[k:2000:2].count(0) for k in (1, 0))
    half = min(len(data), 2000) // 4
    if data[:2] == b"\xff\xfe" or (little > half and not big):
        return "utf-16-le"
    if data[:2] == b"\xfe\xff" or (big > half and not little):
        return "utf-16-be"
    return "utf-8"


class Includer:
    """Puts the files that a netlist includes in the place of its `.include` and `.lib` lines.

    folder: the netlist's own; None where it has none. notes: of what has no effect.
    further: folders whose files it may include too, and in which files are looked for that are not where it says.
    absent: libraries of another machine that are nowhere, by the lines that name them.
    """

    def __init__(self, folder: Path | None, notes: Notes, further: Sequence[Path] = ()) -> None:
        self.own = [] if folder is None else [folder.resolve()]
        self.roots = [*self.own, *(each.resolve() for each in further)]
        self.notes = notes
        self.absent: list[str] = []
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
        dots = _dots(lines)
        ends = _library_ends(lines)
        for before, k in pairwise([-1, *dots, len(lines)]):
            others = lines[before + 1 : k]  # all at once: a large netlist is hardly anything else
            if skipping is None:
                for line in others if ended and depth == 0 else ():
                    self.notes.add(line, _BEHIND_THE_END)
                yield from others
            if k == len(lines):
                return
            line = lines[k]
            keyword, *rest = line.text.split(maxsplit=1)
            keyword, rest = keyword.lower(), _arguments(rest)
            if skipping is not None:
                skipping = None if keyword == ".endl" else skipping
                continue
            if ended and depth == 0:
                self.notes.add(line, _BEHIND_THE_END)
            if keyword in INCLUDING:
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
        if path is None:
            return
        self.files += 1
        if self.files > MOST_FILES or depth >= DEEPEST:
            raise line.error(f"more than {MOST_FILES} files are included, or {DEEPEST} inside each other")
        try:
            text, _ = read_text(path, self.roots)
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

    def path(self, line: Line, name: str, folder: Path | None) -> Path | None:
        """Return the file meant, or None for a library of another machine that is not here.

        It is where the line says, seen from the file that the line stands in, or one of that last name in a folder that
        may be read. Raises NetlistError where there is none, or one that nobody agreed to.
        """
        if not self.roots:
            raise line.error("a text without a folder of its own can include no file; give its folder")
        foreign = _DRIVE.match(name) is not None
        said = name.replace("\\", "/")
        last = said.rpartition("/")[2]
        places = [] if foreign else [each / said for each in (folder, *self.roots) if each is not None]
        try:
            places = [place.resolve() for place in (*places, *(root / last for root in self.roots if last))]
            found = next((p for p in places if p.exists() and any(p.is_relative_to(r) for r in self.roots)), None)
        except (OSError, ValueError, RuntimeError):
            raise line.error("the file's name cannot be followed") from None
        if found is not None:
            if found not in places[: len(places) - len(self.roots)]:
                self.notes.add(line, f"{name} is read from {found}")
            return found
        if foreign:
            self.notes.add(line, f"not read: {name} is not here; --include-path DIR says in which folder {last} is")
            self.absent.append(last)
            return None
        inside = " or ".join(map(str, self.roots))
        if places[0].exists() and not any(places[0].is_relative_to(root) for root in self.roots):
            raise line.error(
                f"only files inside {inside} may be included; --include-path {places[0].parent} lets it be read, "
                "or copy it there"
            )
        raise line.error(f"No such file inside {inside}: --include-path DIR says in which folder {last} is")


def _arguments(rest: list[str]) -> list[str]:
    """Return what stands behind a keyword: words, of which each may be quoted."""
    return ["".join(parts) for parts in re.findall(r'"([^"]*)"|\'([^\']*)\'|(\S+)', rest[0])] if rest else []


def _dots(lines: list[Line]) -> list[int]:
    """Return which lines begin with a dot."""
    return [k for k, line in enumerate(lines) if line.text[0] == "."]


def _library_ends(lines: list[Line]) -> dict[int, int]:
    """Return where each library section `.lib NAME` of a file begins and which `.endl` ends it."""
    ends: dict[int, int] = {}
    begun: int | None = None
    for k in _dots(lines):
        line = lines[k]
        words = line.text.lower().split()
        if words[0] == ".lib" and len(words) == 2:
            begun = k
        elif words[0] == ".endl":
            if begun is None:
                raise line.error("there is no .lib section for this line to end")
            ends[begun], begun = k, None
    return ends
