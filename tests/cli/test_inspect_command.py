"""`inspect` shows what is in a circuit, on the terminal and as a page that needs nothing but itself."""

import re
from html.parser import HTMLParser

import pytest
from click.testing import CliRunner

from ebana_like.cli import main


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    assert run("xor", "--out", folder).exit_code == 0
    (path,) = folder.iterdir()
    return path


class Closed(HTMLParser):
    """Checks that every element is closed in its turn, and collects what would be fetched."""

    def __init__(self):
        super().__init__()
        self.open, self.fetched = [], []

    def handle_starttag(self, tag, attributes):
        if tag not in ("meta", "br"):
            self.open.append(tag)
        for name, value in attributes:
            if name in ("src", "href", "xlink:href", "data") and not value.startswith(("#", "data:")):
                self.fetched.append(value)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_whole_and_fetches_nothing(trained, tmp_path):
    page = tmp_path / "xor.html"
    result = run("inspect", trained, "--sample", 1, "--html", page)
    assert result.exit_code == 0, result.output
    assert f"made:     {page}" in result.output
    text = page.read_text()
    parser = Closed()
    parser.feed(text)
    assert parser.open == []
    assert parser.fetched == []
    assert not re.search(r"url\((?!#)|@import|<script", text)
    assert text.count("<svg") == 6  # schematic, two crossbars with a heat map and a histogram each, one curve
    for words in (
        "Schematic",
        "trainable resistors",
        "drawn from all sources for training sample 1",
        "transfer curve of h1_",
        "truth table",
    ):
        assert words in text


def test_a_sample_is_shown_free_and_nudged(trained):
    text = run("inspect", trained, "--sample", 2).output
    assert "node voltages, training sample 2" in text
    moved = re.findall(r"^y0[pn] .* V +([+-][\d.]+) mV", text, re.MULTILINE)
    assert len(moved) == 2  # both outputs, towards each other or apart
    assert float(moved[0]) * float(moved[1]) < 0
    assert re.search(r"drawn from all sources +[\d.]+ mW", text)


def test_a_netlist_alone_shows_its_own_sample(trained):
    text = run("inspect", trained / "netlist.cir").output
    assert "node voltages, the netlist's own sample" in text
    assert "nudged" not in text.partition("node voltages")[2]


@pytest.mark.parametrize(
    ("name", "total"), [("graph", "drawn from all sources"), ("clipper", "drawn beside transistors")]
)
def test_a_netlist_without_ports_is_shown(name, total, tmp_path):
    page = tmp_path / "page.html"
    result = run("inspect", f"netlists/foreign/{name}.cir", "--html", page)
    assert result.exit_code == 0, result.output
    assert total in result.output
    assert "nodes or sources" not in result.output
    parser = Closed()
    parser.feed(page.read_text())
    assert parser.open == []


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("netlists/xor.cir", "--sample", "1"), 2, "--sample needs a run folder"),
        (("RUN", "--sample", "4"), 2, "sample is 4; the training data has samples 0 to 3"),
        (("netlists/xor.cir", "--schematic", "a.doc"), 2, "cannot draw into a.doc"),
        (("netlists/xor.cir", "--html", "no/folder/a.html"), 1, "cannot write no/folder/a.html"),
    ],
)
def test_bad_use_is_one_clear_line(arguments, status, message, trained):
    result = run("inspect", *(trained if word == "RUN" else word for word in arguments))
    assert result.exit_code == status
    assert message in result.output
    assert "Traceback" not in result.output
