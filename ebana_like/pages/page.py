"""How does a report become a page? Sections of tables and pictures, rendered into one file that needs nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from jinja2 import Environment, PackageLoader, StrictUndefined

_ENVIRONMENT = Environment(
    loader=PackageLoader("ebana_like.pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

FOLDED = 40
"""Rows from which a table is folded away until it is asked for."""


@dataclass(frozen=True)
class PageTable:
    """Rows of text under heads."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]

    @property
    def folded(self) -> bool:
        """Whether it is too long to stand open on a page."""
        return len(self.rows) > FOLDED


@dataclass(frozen=True)
class PagePicture:
    """An SVG element with what it shows. wide: takes the page's whole width."""

    caption: str
    svg: str
    wide: bool = False


@dataclass(frozen=True)
class Section:
    """A part of the page: paragraphs, then commands to type, then pictures, then tables."""

    title: str
    paragraphs: Sequence[str] = ()
    commands: Sequence[str] = ()
    pictures: Sequence[PagePicture] = ()
    tables: Sequence[PageTable] = ()


@dataclass(frozen=True)
class Page:
    """A page: its title, what it is in a line, facts as (number, what it counts), warnings, and sections."""

    title: str
    lead: str
    facts: Sequence[tuple[str, str]] = ()
    warnings: Sequence[str] = ()
    sections: Sequence[Section] = field(default_factory=list)


def render(page: Page) -> str:
    """Return the page as HTML, self-contained: styles and pictures are in it, and nothing is fetched."""
    return _ENVIRONMENT.get_template("page.html").render(page=page)
