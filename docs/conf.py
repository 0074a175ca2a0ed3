"""How are these pages built? `sphinx-build -W docs FOLDER`; `make test` does, and takes a warning for an error."""

import re
from importlib.metadata import version as installed
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from latex2mathml.converter import convert

from ebana_like import conformance

project = "ebana_like"
version = release = installed("ebana-like")
extensions = ["sphinx.ext.autodoc"]
html_math_renderer = "mathml"
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["style.css"]
html_show_copyright = False
html_title = f"ebana_like {version}"
exclude_patterns = ["_build"]
default_role = "literal"  # docstrings put code between single backticks
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_member_order = "bysource"
autodoc_class_signature = "separated"

REFERENCE = re.compile(r"(?<=\w)_(?=[^\w`]|$)")
"""What reStructuredText would take for a reference: an underscore that ends a word, as in V_-beta."""

FIELD = re.compile(r"^([a-z_]\w*(?:, [a-z_]\w*)*): (?=\S)")


def fields(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Turn lines of docstrings such as "beta: nudging factor, siemens" into definition lists of reStructuredText."""
    marked: list[str] = []
    inside = False
    for line in lines:
        field = FIELD.sub(r"``\1``\n    ", line)
        starts = field != line
        field = REFERENCE.sub(r"\\_", field)
        if marked and marked[-1] and ((starts and not inside) or (inside and not starts and not line.startswith(" "))):
            marked.append("")
        inside = starts or (inside and (line.startswith(" ") and bool(line.strip())))
        marked += field.split("\n")
    lines[:] = marked


def inline_formula(translator: Any, node: nodes.math) -> None:
    """Write a formula as MathML, which browsers set by themselves: no script is fetched for it."""
    translator.body.append(convert(node.astext()))
    raise nodes.SkipNode


def formula(translator: Any, node: nodes.math_block) -> None:
    """Write a formula on lines of its own."""
    translator.body.append(f'<div class="formula">{convert(node.astext(), display="block")}</div>')
    raise nodes.SkipNode


class Clauses(Directive):
    """`.. clauses:: CATALOG` lists the clauses of a catalog of `ebana_like.conformance`, each with its promise."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the list."""
        listed = nodes.definition_list()
        for clause in getattr(conformance, self.arguments[0]).values():
            promise, _ = self.state.inline_text(clause.promise, self.lineno)
            listed += nodes.definition_list_item(
                "",
                nodes.term("", "", nodes.literal(text=clause.name)),
                nodes.definition("", nodes.paragraph("", "", *promise)),
            )
        return [listed]


def setup(app: Any) -> None:
    """Connect the above."""
    app.add_html_math_renderer("mathml", (inline_formula, None), (formula, None))
    app.add_directive("clauses", Clauses)
    app.connect("autodoc-process-docstring", fields)
