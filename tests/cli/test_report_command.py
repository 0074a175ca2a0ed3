"""`report`, `plot` and `compare`: what came out of a run as a page that needs nothing else, and as files."""

import re
import shutil
from html.parser import HTMLParser

import pytest
from click.testing import CliRunner

from ebana_like.cli import main
from ebana_like.runs import load_history
from ebana_like.runs.run import Run


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A short run of each kind of question, by task: one class of two or several, yes or no, quantities."""
    folder = tmp_path_factory.mktemp("runs")
    for task, hidden in (("xor", 8), ("iris", 10), ("gates", 8), ("sine", 10), ("diabetes", 60)):
        result = run(task, "--engine", "native", "--epochs", 3, "--hidden", hidden, "--beta", 1e-7, "--out", folder)
        assert result.exit_code == 0, result.output
        assert " report " in result.output
    return {path.name.split("-")[0]: path for path in folder.iterdir()}


class Page(HTMLParser):
    """Checks that every element is closed in its turn, and collects titles, and what would be fetched."""

    def __init__(self, text):
        super().__init__()
        self.open, self.fetched, self.titles = [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        if tag not in ("meta", "br"):
            self.open.append(tag)
        for name, value in attributes:
            if name in ("src", "srcset", "href", "xlink:href", "data", "action") and not value.startswith(
                ("#", "data:")
            ):
                self.fetched.append(value)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in ("meta", "br"):
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "h2":
            self.titles.append(data)


@pytest.mark.parametrize(
    ("task", "pictures", "labels"),
    [
        # 60 neurons are too many for a schematic
        # two curves, a histogram and a heat map of each of two crossbars, one transfer curve, and these
        ("xor", 7 + 3, ("score over the plane of inputs: same or different", "confusion matrix", "schematic of")),
        pytest.param("iris", 7 + 2, ("confusion matrix", "schematic of"), marks=pytest.mark.thorough),
        ("gates", 7 + 7, ("score over the plane of inputs: not xor or xor", "confusion matrix", "schematic of")),
        ("sine", 7 + 2, ("sine over the input", "schematic of")),
        ("diabetes", 7 + 1, ("told over true",)),
    ],
)
def test_the_page_has_what_applies_and_fetches_nothing(task, pictures, labels, runs):
    result = run("report", runs[task])
    assert result.exit_code == 0, result.output
    made = runs[task] / "report.html"
    assert f"made:     {made}" in result.output
    text = made.read_text()
    page = Page(text)
    assert page.fetched == []
    assert not re.search(r"url\((?!#)|@import|<script", text)
    assert page.titles == [
        "What was trained",
        "Training",
        "Answers",
        "Conductances",
        "Neurons",
        "Gradient",
        *(["Schematic"] if "schematic of" in labels else []),
        "Power",
        "Sensors",
        "Settings",
        "How to repeat it",
    ]
    assert text.count("<svg") == pictures
    for label in labels:
        assert re.search(f'aria-label="[^"]*{label}', text)
    assert ("confusion matrix" in text) == (task in ("xor", "iris", "gates"))
    assert "prefers-color-scheme: dark" in text


def test_the_page_tells_the_runs_own_numbers(runs):
    assert run("report", runs["iris"]).exit_code == 0
    text = (runs["iris"] / "report.html").read_text()
    last = load_history(Run(runs["iris"]))[-1]
    assert f"{last['train_loss']:.2e}" in text
    assert f"test {100 * last['test_accuracy']:.1f} %" in text
    assert f"train-circuit iris --config {runs['iris']}/config.toml" in text
    # the native engine is not the default of this task, and 3 epochs are not
    assert re.search(r"<td>engine</td><td>native</td><td>ngspice</td>", text)
    assert re.search(r"<td>epochs</td><td>3</td><td>\d+</td>", text)


def test_the_page_counts_resistors_and_what_they_share(tmp_path):
    given = "--windows", "1x4/4", "--epochs", 1, "--estimator", "adjoint", "--out", tmp_path
    assert run("digits", *given).exit_code == 0
    (path,) = tmp_path.iterdir()
    assert run("report", path).exit_code == 0
    # 4 windows of 16 pixels and a bias, doubled; 4 neurons to 10 output pairs
    assert "216 programmable resistors that share 114 conductances of" in (path / "report.html").read_text()


def test_the_gradient_points_along_the_adjoint(runs):
    assert run("report", runs["xor"]).exit_code == 0
    text = (runs["xor"] / "report.html").read_text()
    angles = re.findall(r"<td>(before|after) training</td><td>(\w+)</td><td>([^<]+)°</td>", text)
    assert {(when, bank) for when, bank, _ in angles} == {
        (when, bank) for when in ("before", "after") for bank in ("all", "crossbar1", "crossbar2")
    }
    # a bias of order beta^2: with beta = 1e-7 S beside conductances of 1e-5 S at most 1e-4 of the gradient
    assert all(float(degrees) < 6e-3 for _, _, degrees in angles)


def test_a_run_that_went_on_from_another_shows_no_conductances_before(runs, tmp_path):
    first = tmp_path / "first"
    shutil.copytree(runs["xor"], first)
    result = run("xor", "--engine", "native", "--epochs", 2, "--start", first, "--out", tmp_path / "runs")
    assert result.exit_code == 0, result.output
    (path,) = (tmp_path / "runs").iterdir()
    shutil.rmtree(first)  # what it went on from need not be there any more
    result = run("report", path)
    assert result.exit_code == 0, result.output
    text = (path / "report.html").read_text()
    assert "before training" not in text
    assert f"going on from {first}" in text


def test_a_run_trained_by_the_adjoint_has_no_angle(tmp_path):
    assert run("xor", "--engine", "native", "--epochs", 1, "--estimator", "adjoint", "--out", tmp_path).exit_code == 0
    (path,) = tmp_path.iterdir()
    assert run("report", path, "--out", tmp_path / "page.html").exit_code == 0
    page = Page((tmp_path / "page.html").read_text())
    assert "Gradient" not in page.titles
    assert "Sensors" not in page.titles
    assert "Power" in page.titles


@pytest.mark.parametrize(
    ("what", "files"),
    [
        ("loss", ["a.svg"]),
        ("accuracy", ["a.svg"]),
        ("boundary", ["a.svg"]),
        ("confusion", ["a.svg"]),
        ("histogram", ["a-crossbar1.svg", "a-crossbar2.svg"]),
        ("heatmap", ["a-crossbar1.svg", "a-crossbar2.svg"]),
        ("transfer", ["a.svg"]),
        ("schematic", ["a.svg"]),
    ],
)
def test_every_picture_is_drawn_into_files(what, files, runs, tmp_path):
    result = run("plot", runs["xor"], "--what", what, "--out", tmp_path / "a.svg")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == files
    for name in files:
        assert f"made:     {tmp_path / name}" in result.output
        text = (tmp_path / name).read_text()
        assert "<svg" in text
        assert "currentColor" not in text  # a file has no page whose colour it could follow


def test_a_picture_is_drawn_as_png_too(runs, tmp_path):
    assert run("plot", runs["sine"], "--what", "accuracy", "--out", tmp_path / "a.png").exit_code == 0
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_runs_are_compared_in_a_picture_and_a_table(runs, tmp_path):
    result = run("compare", runs["xor"], runs["iris"], runs["sine"], "--out", tmp_path / "c.svg")
    assert result.exit_code == 0, result.output
    text = (tmp_path / "c.svg").read_text()
    for word in ("loss", "right answers (%)", "variance explained"):
        assert word in text
    for task in ("xor", "iris", "sine"):
        name, last = runs[task].name, load_history(Run(runs[task]))[-1]
        assert f"{name}, train" in text
        assert re.search(rf"{name} .*{last['train_loss']:.2e}", result.output)
    assert re.search(r"hidden +8 +10 +10", result.output)
    assert "seed" not in result.output  # the same in all of them


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("report", "no-such-run"), 2, "no-such-run"),
        (("report", "EMPTY"), 2, "is not a run folder: it has no config.toml"),
        (("report", "OTHER"), 1, 'is a run of "chess", which is no task'),
        (("report", "UNBEGUN"), 1, "has no epoch in its history yet"),
        (("report", "DAMAGED"), 1, "history.csv is damaged"),
        (("report", "MIXED"), 1, "config.toml asks for trainable banks"),
        (("report", "iris", "--out", "no/folder/a.html"), 1, "cannot write no/folder/a.html"),
        (("plot", "iris", "--what", "boundary"), 2, 'has no picture "boundary": a border is drawn'),
        (("plot", "iris", "--what", "beauty"), 2, 'there is no "beauty"; known are '),
        (
            ("plot", "iris", "--what", "loss", "--out", "a.doc"),
            2,
            "cannot draw into a.doc; give a name that ends in .svg",
        ),
        (("plot", "iris", "--what", "loss", "--out", "no/folder/a.svg"), 1, "cannot write no/folder/a.svg"),
        (("compare", "iris"), 2, "1 run came to compare; give at least two"),
        (("compare", "iris", "xor", "--out", "a.doc"), 2, "cannot draw into a.doc"),
        (("compare", "iris", "DAMAGED"), 1, "history.csv is damaged"),
    ],
)
def test_bad_use_is_one_clear_line(arguments, status, message, runs, tmp_path):
    given = {**runs, "EMPTY": tmp_path}
    for name in ("OTHER", "UNBEGUN", "DAMAGED", "MIXED"):
        given[name] = tmp_path / name
        shutil.copytree(runs["xor"], given[name])
    config = tmp_path / "OTHER" / "config.toml"
    config.write_text(config.read_text().replace('"xor"', '"chess"'))
    (tmp_path / "UNBEGUN" / "history.csv").unlink()
    (tmp_path / "DAMAGED" / "history.csv").write_text("epoch,train_loss,seconds\n1,much,2\n")
    shutil.copy(runs["iris"] / "netlist.cir", tmp_path / "MIXED")
    result = run(*(given.get(word, word) for word in arguments))
    assert result.exit_code == status
    assert message in result.output
    assert "Traceback" not in result.output
    assert not isinstance(result.exception, AssertionError | KeyError | ValueError)
