"""A run or a sweep handed over, with links, pipes and folders elsewhere in it: commands touch nothing outside of it."""

import os
import re
import shutil

import pytest
from click.testing import CliRunner

from ebana_like.cli import main


def run(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run of XOR, and a sweep of one cell."""
    folder = tmp_path_factory.mktemp("trained")
    words = ("xor", "--engine", "native", "--epochs", 1)
    for made in (run(*words, "--out", folder), run("sweep", *words, "--out", folder / "sweep")):
        assert made.exit_code == 0, made.output
    (found,) = folder.glob("xor-*")
    found.rename(folder / "run")
    return folder


@pytest.fixture
def given(trained, tmp_path):
    """What was handed over, and a folder of one's own that is as before afterwards."""
    given, own = tmp_path / "given", tmp_path / "own"
    shutil.copytree(trained, given)
    (own / "sub").mkdir(parents=True)
    (own / "file").write_text("mine")
    (own / "sub" / "0000000000.json").write_text("mine")
    (own / "sub" / ".x.1").write_text("mine")
    yield given
    assert sorted(path.name for path in own.rglob("*")) == [".x.1", "0000000000.json", "file", "sub"]
    assert {path.read_text() for path in own.rglob("*") if path.is_file()} == {"mine"}


REPORT, LOSS, DRAWN = ("report", "run"), ("plot", "run", "--what", "loss"), ("plot", "run", "--what", "schematic")
RESUME, TENSORBOARD = ("resume", "run", "--epochs", 2), ("resume", "run", "--epochs", 2, "--tensorboard")
SWEEP = ("sweep", "xor", "--engine", "native", "--epochs", 1, "--out", "sweep")
WRITTEN = [
    (REPORT, "run/report.html"),
    (LOSS, "run/loss.svg"),
    (DRAWN, "run/schematic.svg"),
    (("gradcheck", "run"), "run/gradcheck.csv"),
    (("gradcheck", "run"), "run/gradcheck.png"),
    (("gradcheck", "run"), "run/adjoint.cir"),
    (("power", "run"), "run/power.csv"),
    (RESUME, "run/.lock"),
    (RESUME, "run/history.csv"),
    (RESUME, "run/netlist.cir"),
    (SWEEP, "sweep/.lock"),
    (SWEEP, "sweep/results.csv"),
    (SWEEP, "sweep/sweep.toml"),
    (SWEEP, "sweep/map.svg"),
]


PIPES = ("run/loss.svg", "run/.lock", "run/history.csv", "sweep/results.csv", "sweep/.lock")


@pytest.mark.parametrize(
    ("command", "name", "kind"),
    [
        *((command, name, "link") for command, name in WRITTEN),
        *((command, name, "pipe") for command, name in WRITTEN if name in PIPES),
    ],
)
def test_what_is_written_goes_nowhere_else(command, name, kind, given, tmp_path):
    path = given / name
    path.unlink(missing_ok=True)
    path.symlink_to(tmp_path / "own" / "file") if kind == "link" else os.mkfifo(path)
    done = run(*(given / word if word in ("run", "sweep") and k else word for k, word in enumerate(command)))
    assert done.exit_code in (1, 2), done.output
    assert re.search(r"^error: [^\n]*$", done.output, re.MULTILINE), done.output
    assert "Traceback" not in done.output


FOLDERS = [
    (RESUME, "run/checkpoint", "sub"),
    (TENSORBOARD, "run/tensorboard", "sub"),
    (SWEEP, "sweep/cells", "."),
    (SWEEP, "sweep/cells/0000", "sub"),
]


@pytest.mark.parametrize(("command", "name", "elsewhere"), FOLDERS)
def test_a_folder_that_is_a_link_is_not_entered(command, name, elsewhere, given, tmp_path):
    path = given / name
    shutil.rmtree(path, ignore_errors=True)
    (given / "sweep" / "results.csv").unlink()
    path.symlink_to(tmp_path / "own" / elsewhere)
    done = run(*(given / word if word in ("run", "sweep") and k else word for k, word in enumerate(command)))
    assert "is a link to elsewhere" in done.output or "is damaged" in done.output, done.output
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("option", "kind"), [("--html", "link"), ("--html", "device"), ("--schematic", "link"), ("--schematic", "pipe")]
)
def test_a_name_given_for_a_page_is_not_followed_either(option, kind, given, tmp_path):
    path = tmp_path / "page.svg"
    if kind == "device":
        path = "/dev/full"
    else:
        path.symlink_to(tmp_path / "own" / "file") if kind == "link" else os.mkfifo(path)
    done = run("inspect", given / "run" / "netlist.cir", option, path)
    assert done.exit_code == 1, done.output
    assert re.search(rf"^error: cannot write {path}: [^\n]*$", done.output, re.MULTILINE), done.output


def test_fit_does_not_begin_what_it_cannot_write(tmp_path):
    (tmp_path / "n.cir").write_text("title\nV1 in 0 1\nR1 in out 1k\nR2 out 0 1k\n.end\n")
    (tmp_path / "t.csv").write_text("v1,out\n1,0.2\n2,0.4\n")
    words = ("--data", tmp_path / "t.csv", "--inputs", "v1", "--outputs", "out", "--epochs", 1)
    done = run("fit", tmp_path / "n.cir", *words, "--out", "/dev/null")
    assert (done.exit_code, done.output) == (2, done.output)
    assert done.output.startswith("error: out is /dev/null, which is there already")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    done = run("fit", tmp_path / "n.cir", *words, "--out", tmp_path / "link")
    assert done.exit_code == 1, done.output
    assert re.search(r"^error: cannot make [^\n]*/link: [^\n]*$", done.output, re.MULTILINE), done.output
    assert not any((tmp_path / "elsewhere").iterdir())


def test_a_link_in_the_place_of_the_fitted_netlist_is_not_followed(tmp_path):
    (tmp_path / "n.cir").write_text("title\nV1 in 0 1\nR1 in out 1k\nR2 out 0 1k\n.end\n")
    (tmp_path / "t.csv").write_text("v1,out\n1,0.2\n2,0.4\n")
    (tmp_path / "own").write_text("mine")
    words = ("--data", tmp_path / "t.csv", "--inputs", "v1", "--outputs", "out", "--epochs", 1)
    assert run("fit", tmp_path / "n.cir", *words, "--out", tmp_path / "run").exit_code == 0
    (tmp_path / "run" / "n_fitted.cir").unlink()
    (tmp_path / "run" / "n_fitted.cir").symlink_to(tmp_path / "own")
    done = run("resume", tmp_path / "run", "--epochs", 2)
    assert done.exit_code == 1, done.output
    assert "it is a link" in done.output
    assert (tmp_path / "own").read_text() == "mine"
