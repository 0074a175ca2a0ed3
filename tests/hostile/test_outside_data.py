"""A run, a config file or a netlist of a stranger names data elsewhere: they are read once the person has said so."""

import re
import subprocess
import sys

import pytest
from click.testing import CliRunner

from ebana_like.cli import main
from ebana_like.errors import SettingError
from ebana_like.files import allow, locked, outside_allowed, require_allowed

TABLE = "x,y\n" + "".join(f"{k},{'ab'[k % 2]}\n" for k in range(8))
REFUSED = (
    r"^error: [^\n]* names [^\n]*/private.csv as its data, which lies outside its folder; [^\n]*--allow-outside[^\n]*$"
)
NETLIST = """title
* @fit data ../private.csv
* @fit inputs v1
* @fit outputs out=x
V1 in 0 1
R1 in out 1k
R2 out 0 1k
.end
"""


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A home folder in which nothing is remembered yet."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def private(tmp_path):
    path = tmp_path / "private.csv"
    path.write_text(TABLE)
    return path


def run(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def trained(tmp_path, private):
    """A run on the table, by the command a person types."""
    made = run("csv", "--data", private, "--epochs", 1, "--out", tmp_path / "runs")
    assert made.exit_code == 0, made.output
    return next((tmp_path / "runs").iterdir())


def forget(tmp_path):
    (tmp_path / "state" / "ebana-like" / "allowed").unlink()


def test_ones_own_run_goes_on_without_a_word(trained):
    assert run("resume", trained, "--epochs", 2).exit_code == 0
    assert run("plot", trained, "--what", "loss").exit_code == 0


@pytest.mark.parametrize(
    "command", [("resume",), ("report",), ("plot", "--what", "loss"), ("inspect",), ("gradcheck",), ("power",)]
)
def test_a_strangers_run_reads_no_data_elsewhere(command, trained, tmp_path):
    forget(tmp_path)
    before = sorted(path.name for path in trained.iterdir())
    refused = run(command[0], trained, *command[1:])
    assert refused.exit_code == 2, refused.output
    assert re.search(REFUSED, refused.output, re.MULTILINE), refused.output
    assert "Traceback" not in refused.output
    assert [name for name in sorted(path.name for path in trained.iterdir()) if name != ".lock"] == [
        name for name in before if name != ".lock"
    ]


def test_the_advice_is_followed_once(trained, tmp_path):
    forget(tmp_path)
    assert run("resume", trained, "--epochs", 2, "--allow-outside").exit_code == 0
    assert run("resume", trained, "--epochs", 3).exit_code == 0


def test_data_may_be_given_instead(trained, tmp_path, private):
    forget(tmp_path)
    assert run("resume", trained, "--epochs", 2, "--data", private).exit_code == 0


def test_a_config_file_is_asked_the_same(trained, tmp_path, private):
    config = trained / "config.toml"
    forget(tmp_path)
    words = ("csv", "--config", config, "--epochs", 1, "--out", tmp_path / "runs")
    refused = run(*words)
    assert (refused.exit_code, bool(re.search(REFUSED, refused.output))) == (2, True), refused.output
    refused = run("sweep", "csv", "--config", config, "--epochs", 1, "--out", tmp_path / "sweep")
    assert (refused.exit_code, bool(re.search(REFUSED, refused.output))) == (2, True), refused.output
    assert run(*words, "--data", private).exit_code == 0


def test_data_in_the_folder_itself_are_nobodys_secret(tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "t.csv").write_text(TABLE)
    (tmp_path / "own" / "c.toml").write_text(f'data = "{tmp_path}/own/t.csv"\n')
    made = run("csv", "--config", tmp_path / "own" / "c.toml", "--epochs", 1, "--out", tmp_path / "runs")
    assert made.exit_code == 0, made.output


def test_a_link_in_the_folder_is_outside_of_it(tmp_path, private):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "t.csv").symlink_to(private)
    with pytest.raises(SettingError, match="lies outside its folder"):
        require_allowed(tmp_path / "own" / "t.csv", tmp_path / "own" / "c.toml", "data")


def test_a_netlist_is_asked_the_same(tmp_path, private):
    (tmp_path / "given").mkdir()
    netlist = tmp_path / "given" / "n.cir"
    netlist.write_text(NETLIST)
    refused = run("fit", netlist, "--epochs", 1)
    assert (refused.exit_code, bool(re.search(REFUSED, refused.output))) == (2, True), refused.output
    assert [path.name for path in netlist.parent.iterdir()] == ["n.cir"]
    private.write_text("v1,x\n1,0.2\n2,0.4\n")
    netlist.write_text(NETLIST.replace("inputs v1", "inputs v1=v1"))
    for words in (("--data", private), ("--allow-outside",), ()):
        done = run("fit", netlist, "--epochs", 1, *words)
        assert done.exit_code == 0, done.output


def test_consent_is_for_one_file_and_outlives_the_process(tmp_path, private):
    config = tmp_path / "own" / "c.toml"
    with outside_allowed():
        require_allowed(private, config, "data")
    require_allowed(private, config, "data")
    allow(tmp_path / "folder")
    with pytest.raises(SettingError):
        require_allowed(tmp_path / "folder" / "other", config, "data")


def test_where_nothing_can_be_remembered_consent_holds_for_once(tmp_path, private, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", "/proc/nowhere")
    with outside_allowed():
        require_allowed(private, tmp_path / "own" / "c.toml", "data")
    with pytest.raises(SettingError):
        require_allowed(private, tmp_path / "own" / "c.toml", "data")


def test_two_processes_do_not_train_in_one_run(trained):
    before = (trained / "history.csv").read_text()
    holder = "import sys; from pathlib import Path; from ebana_like.files import locked\n"
    holder += "with locked(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(trained)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "held\n"
        refused = run("resume", trained, "--epochs", 5)
        other.stdin.close()
    assert refused.exit_code == 1
    assert re.fullmatch(rf"error: process {other.pid} works in {trained}; [^\n]*\n", refused.output), refused.output
    assert (trained / "history.csv").read_text() == before
    with locked(trained):
        pass
