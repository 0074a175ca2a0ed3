"""A run, a config file or a netlist of a stranger names data elsewhere: they are read once the person has said so."""

import hashlib
import json
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


DIODES = ("../private.mod", "/etc/passwd", "/proc/self/mem", "FOLDER/link.mod")


@pytest.mark.parametrize("name", DIODES)
def test_a_strangers_diode_is_not_read_elsewhere(name, tmp_path, monkeypatch):
    folder = tmp_path / "given"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (tmp_path / "private.mod").write_text(".model my d is=1n n=1.5\n")
    (folder / "link.mod").symlink_to(tmp_path / "private.mod")
    (folder / "c.toml").write_text(f'diode = "{name.replace("FOLDER", str(folder))}"\n')
    words = ("xor", "--engine", "native", "--epochs", 1, "--out", tmp_path / "out")
    for refused in (run(*words, "--config", "c.toml"), run("sweep", *words, "--config", "c.toml")):
        assert refused.exit_code == 2, refused.output
        assert re.fullmatch(r"error: c.toml names [^\n]* as its diode, which lies outside [^\n]*\n", refused.output)
    if name == DIODES[0]:
        assert run(*words, "--config", "c.toml", "--allow-outside").exit_code == 0


def test_a_run_with_a_diode_of_ones_own_goes_on_from_elsewhere(tmp_path, monkeypatch):
    (tmp_path / "my.mod").write_text(".model my d is=1n n=1.5\n")
    monkeypatch.chdir(tmp_path)
    made = run("xor", "--engine", "native", "--epochs", 1, "--diode", "my.mod", "--out", "runs")
    assert made.exit_code == 0, made.output
    (folder,) = (tmp_path / "runs").iterdir()
    monkeypatch.chdir("/")
    for command in (("resume", "--epochs", 2), ("plot", "--what", "loss")):
        done = run(command[0], folder, *command[1:])
        assert done.exit_code == 0, done.output
    forget(tmp_path)
    refused = run("resume", folder, "--epochs", 3)
    assert "as its diode, which lies outside" in refused.output


def test_going_on_remembers_nothing_that_only_the_run_names(trained, tmp_path, private):
    """Else a run that is resumed would have its own wishes granted to the next one."""
    config = trained / "config.toml"
    config.write_text(config.read_text().replace('start = ""', 'start = "/etc/passwd"'))
    for state in (trained / "checkpoint").glob("*.json"):
        stored = json.loads(state.read_text())["state"]
        stored["about"]["settings"]["start"] = "/etc/passwd"
        body = json.dumps(stored)
        digest = hashlib.sha256(body.encode()).hexdigest()
        state.write_text(f'{{"sha256": "{digest}", "state": {body}}}')
    done = run("resume", trained, "--epochs", 2)
    assert done.exit_code == 0, done.output
    assert "/etc/passwd" in config.read_text()
    assert "/etc/passwd" not in (tmp_path / "state" / "ebana-like" / "allowed").read_text()


@pytest.mark.parametrize("setting", ["data", "start", "diode"])
def test_a_name_that_no_file_has_is_told_in_a_line(setting, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c.toml").write_text(f'{setting} = "a\\u0000b.csv"\n')
    refused = run("csv" if setting == "data" else "xor", "--config", "c.toml", "--epochs", 1)
    assert refused.exit_code in (1, 2)
    assert re.fullmatch(r"error: [^\n]*a\\x00b.csv[^\n]*\n", refused.output), refused.output
    assert "fault of this program" not in refused.output


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
