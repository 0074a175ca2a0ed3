"""The program as a person meets it: what it prints, what it leaves behind, and what it says when something is wrong."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner
from waiting import ended, wait_until

from ebana_like.cli import main
from ebana_like.cli.group import OTHERS
from ebana_like.runs import Run, load_circuit, load_history
from ebana_like.tasks import TASKS

PROGRAM = [sys.executable, "-c", "from ebana_like.cli import main; main()"]


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def only_run(folder):
    (path,) = folder.iterdir()
    return Run(path)


@pytest.mark.parametrize("name", OTHERS)
def test_every_other_command_is_where_it_is_said_to_be(name):
    result = run(name, "--help")
    assert result.exit_code == 0, result.output
    assert f"Usage: main {name}" in result.output


@pytest.mark.parametrize("words", [["xor"], ["fit"], ["hopfield", "iris"], ["transient"], ["bench", "training"]])
def test_help_fits_into_a_terminal(words):
    """Options with many choices list them in their text, where lines are broken; in `[a|b|c]` they are not."""
    result = CliRunner().invoke(main, [*words, "--help"], terminal_width=80)
    assert max(map(len, result.output.splitlines())) <= 80
    assert not [line for line in result.output.splitlines() if re.search(r"\w-$", line)]  # names can be copied
    assert "\u2011" not in result.output


HEAVY = {
    "numpy",
    "scipy",
    "numba",
    "sklearn",
    "matplotlib",
    "jinja2",
    "PySpice",
    "jax",
    "optax",
    "optuna",
    "distributed",
}
"""What takes longer to import than help takes to be read."""


@pytest.mark.parametrize(
    ("statement", "unused"),
    [
        ("import ebana_like", {"numpy", "scipy", "numba", "matplotlib", "sklearn"}),
        ("import ebana_like.simulators.native.simulator", {"matplotlib", "sklearn", "rich", "numba", "optax"}),
        ("import ebana_like.simulators.ngspice.worker", {"matplotlib", "sklearn", "rich", "safetensors"}),
        (
            "from ebana_like.cli import main\n"
            "for words in (['--help'], ['--version'], ['tasks'], ['xor', '--help'], ['csv', '--help']):\n"
            "    main(words, standalone_mode=False)\n",
            HEAVY,
        ),
    ],
)
def test_what_takes_seconds_to_import_is_imported_when_it_is_used(statement, unused):
    loaded = f"import sys; print(sorted({unused!r} & set(sys.modules)))"
    assert said(f"{statement}\n{loaded}").splitlines()[-1] == "[]"


def test_optax_is_imported_for_its_own_rules_alone(tmp_path):
    trainings = f"""import sys
from ebana_like.cli import main
for rule in ("sgd", "sign", "adam"):
    main(["xor", "--update", rule, "--epochs", "1", "--out", {str(tmp_path)!r}], standalone_mode=False)
    print(rule, "needs", sorted({{'jax', 'optax'}} & set(sys.modules)))
"""
    loaded = dict(re.findall(r"^(\w+) needs (.*)$", said(trainings), re.MULTILINE))
    assert loaded == {"sgd": "[]", "sign": "[]", "adam": "['jax', 'optax']"}


def said(statements: str) -> str:
    """Return what some statements print in a process of their own."""
    return subprocess.run([sys.executable, "-c", statements], capture_output=True, text=True, check=True).stdout


def test_rules_and_schedules_are_listed_with_their_options():
    text = run("rules").output
    for word in ("momentum=0.9", "b2=0.999", "decay_steps=epochs", "warmup_steps=epochs/10", "EPOCH=FACTOR", "lion"):
        assert word in text


def test_an_option_that_a_rule_does_not_know_is_bad_use_before_anything_is_made(tmp_path):
    result = run("xor", "--update", "momentum", "--update-options", "momentun=0.5", "--out", tmp_path / "runs")
    assert result.exit_code == 2
    assert 'its options are momentum=0.9, nesterov=false; did you mean "momentum"?' in result.output
    assert not (tmp_path / "runs").exists()


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A finished XOR run, and what training printed."""
    folder = tmp_path_factory.mktemp("runs")
    result = run("xor", "--out", folder)
    assert result.exit_code == 0, result.output
    return only_run(folder), result.output


def test_help_alone_shows_the_way():
    text = run("--help").output
    for word in ("xor", "iris", "inspect", "resume", "config", "bench", "ngspice -b", "netlist.cir"):
        assert word in text
    options = run("xor", "--help").output
    for word in ("--engine", "--epochs", "--seed", "--beta", "--lr", "--hidden", "--out", "--config", "--workers"):
        assert word in options


def test_training_ends_with_a_learned_truth_table_and_what_to_type_next(trained):
    made, text = trained
    assert len(re.findall(r"same +right|different +right", text)) == 4
    assert f" inspect {made.path}\n" in text
    assert {path.name for path in made.path.iterdir()} == {
        *(".lock", "config.toml", "netlist.cir", "history.csv", "checkpoint")
    }
    history = load_history(made)
    assert history[-1]["train_loss"] < 1e-3
    assert [row["epoch"] for row in history] == list(range(1, len(history) + 1))


def test_the_netlist_gives_the_same_answer_in_ngspice(trained):
    if not shutil.which("ngspice"):
        pytest.skip("the ngspice program is not installed")
    made, _ = trained
    done = subprocess.run(["ngspice", "-b", made.netlist], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.count("\n") < 20  # the answers, and what ngspice says whatever it is asked
    printed = dict(re.findall(r"^v\((y0[pn])\) = (\S+)$", done.stdout, re.MULTILINE))
    for node, recorded in load_circuit(made.path).recorded.items():
        # the promise is 1e-9 V; the program and the library differ in how they came to the point, by rounding
        assert float(printed[node]) == pytest.approx(recorded, abs=1e-12)


def test_inspect_shows_the_circuit_and_its_answers(trained):
    made, _ = trained
    text = run("inspect", made.path).output
    for word in ("crossbar1", "48", "input 1", "y0p - y0n", "truth table", "100.0 %", "d1n4148"):
        assert word in text
    alone = run("inspect", made.netlist)
    assert alone.exit_code == 0
    assert "truth table" not in alone.output


def test_the_recorded_config_repeats_the_run(trained, tmp_path):
    made, _ = trained
    assert run("xor", "--config", made.path / "config.toml", "--out", tmp_path).exit_code == 0
    again = only_run(tmp_path)
    assert again.settings() == made.settings()
    assert [row["train_loss"] for row in load_history(again)] == [row["train_loss"] for row in load_history(made)]


def test_training_goes_on_from_a_run(trained, tmp_path):
    made, _ = trained
    result = run("xor", "--start", made.path, "--epochs", 1, "--out", tmp_path)
    assert result.exit_code == 0
    assert load_history(only_run(tmp_path))[0]["train_loss"] < 1e-3


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["xro"], 2, 'there is no task or command "xro"; did you mean "xor"?'),
        (["xor", "--epochs", "-3"], 2, "epochs is -3; it must be at least 1"),
        (["xor", "--beta", "-1"], 2, "beta is -1; it must be at least 0"),
        (["xor", "--epochs", "many"], 2, "epochs is 'many'; expected a whole number"),
        (["xor", "--diode", "valve"], 2, 'no diode model "valve"; .* has silicon, d1n4148, schottky, ideal'),
        (["xor", "--start", "nowhere.cir"], 2, "start is .*nowhere.cir, which is not there"),
        (["xor", "--technology", "ecra"], 2, '\'--technology\': there is no "ecra"; did you mean "ecram"?$'),
        (["xor", "--technology", "x"], 2, "'--technology': there is no \"x\"; known are ideal, levels, constant, "),
        (["inspect", "netlists/foreign", "--celsius", "-300"], 2, "'--celsius': -300 degrees .* must be above -273.15"),
        (["xor", "--nothing"], 2, "No such option.*--nothing"),
        (["report"], 2, "Missing argument 'RUN'"),
        (["report", "tests"], 2, "tests is not a run folder: it has no config.toml"),
        (["power", "tests"], 2, "tests is not a run folder: it has no netlist.cir"),
        (["fit", "nowhere.cir"], 2, "'nowhere.cir' does not exist"),
        (["bench", "nothing"], 2, 'there is no task or command "nothing"'),
        (["xor", "--config", "nowhere.toml"], 2, "cannot read nowhere.toml"),
        (["inspect", "nowhere"], 2, "Path 'nowhere' does not exist"),
        (["inspect", "/dev/null"], 1, "cannot read /dev/null: it is no plain file"),
        (["xor", "--out", "/dev/null/x"], 1, "cannot make .*/dev/null/x: Not a directory"),
    ],
)
def test_bad_use_is_one_clear_line(arguments, status, message):
    result = run(*arguments)
    assert result.exit_code == status
    assert re.search(f"^error: .*{message}".replace("?", r"\?"), result.stderr)
    assert len(result.stderr.splitlines()) == 1


def test_a_missing_ngspice_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("NGSPICE_LIBRARY_PATH", "libnowhere.so")
    result = run("xor", "--out", tmp_path)
    assert result.exit_code == 1
    assert "apt-get install ngspice libngspice0" in result.output


@pytest.fixture
def start(tmp_path):
    """Start a long training in a process of its own; it ends with the test."""
    started = []

    def training(*arguments, task="iris", program=PROGRAM, **options):
        command = [*program, task, "--epochs", "5000", "--out", str(tmp_path), *arguments]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
        started.append(process)
        return process

    yield training
    for process in started:
        process.kill()
        process.communicate()


def wait_for_an_epoch(folder, process):
    wait_until(lambda: list(folder.glob("*/history.csv")), process)


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_to_stop_saves_and_says_how_to_go_on(sent, status, tmp_path, start):
    process = start()
    wait_for_an_epoch(tmp_path, process)
    process.send_signal(sent)
    text = ended(process)
    assert process.returncode == status
    made = only_run(tmp_path)
    assert re.search(rf"go on: .* resume {re.escape(str(made.path))}\n", text)
    assert "Traceback" not in text
    epochs = len(load_history(made))
    went_on = run("resume", made.path, "--epochs", epochs + 2)
    assert went_on.exit_code == 0, went_on.output
    assert f"trained {epochs + 2} epochs" in went_on.output
    assert [row["epoch"] for row in load_history(made)] == list(range(1, epochs + 3))


def test_a_killed_ngspice_is_reported_and_training_goes_on(tmp_path, start):
    process, lines = start(), []
    wait_for_an_epoch(tmp_path, process)
    reader = threading.Thread(target=lambda: lines.extend(process.stdout))
    reader.start()
    made, reported = only_run(tmp_path), False
    for _ in range(10):  # once is enough, unless it meets the moment in which the netlist's own sample is solved
        for worker in (worker for template in children(process.pid) for worker in children(template)):
            os.kill(worker, signal.SIGKILL)
        epochs = len(load_history(made))
        wait_until(lambda before=epochs: process.poll() is not None or len(load_history(made)) > before + 1)
        assert process.poll() is None, "training ended with its ngspice"
        reported = any("was killed by SIGKILL near this sample; solved again in a fresh one" in line for line in lines)
        if reported:
            break
    process.send_signal(signal.SIGINT)
    reader.join()
    assert reported, lines


def children(process):
    """Read from /proc, for pgrep is not on every machine: Debian's smallest installation leaves it out."""
    return map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split())


FULL = [
    *PROGRAM[:2],
    "import resource, signal; resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, 12_000)); "
    f"signal.signal(signal.SIGXFSZ, signal.SIG_IGN); {PROGRAM[2]}",
]
"""The program where no file grows beyond 12 kB: the netlist of XOR's 64 resistors fits, its history soon does not."""


def test_a_full_disk_keeps_what_was_saved(tmp_path, start, trained):
    """What numba compiles has been kept by `trained`; checkpoints wait, so that the history is the first to grow."""
    process = start("--stop-loss", "0", "--checkpoint-seconds", "3600", task="xor", program=FULL)
    text = ended(process)
    made = only_run(tmp_path)
    assert process.returncode == 1
    assert re.search(r"error: cannot write .*history.csv: File too large; what stood there before is kept", text)
    assert "Traceback" not in text
    assert len(load_history(made)) > 50
    assert load_circuit(made.path).circuit.values()


def test_a_disk_without_room_for_compiled_code_is_told_in_a_line(tmp_path):
    """What ngspice calls back is compiled by numba."""
    netlist, table = tmp_path / "divider.cir", tmp_path / "divider.csv"
    netlist.write_text("divider\nv1 in 0 0\nr1 in out 10k\nr2 out 0 10k\n.end\n")
    table.write_text("v1,out\n1,0.3\n2,0.6\n")
    data = ["--data", str(table), "--inputs", "v1", "--outputs", "out"]
    arguments = ["fit", str(netlist), *data, "--engine", "ngspice", "--out", str(tmp_path / "run")]
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run([*FULL, *arguments], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("error: the ngspice process could not be started")
    assert done.stderr.splitlines()[-1].endswith("File too large")
    assert "Traceback" not in done.stderr


def test_tasks_are_listed():
    text = run("tasks").output
    assert all(re.search(rf"^{name} ", text, re.MULTILINE) for name in TASKS)
    assert "150 samples, 4-10-3" in text


def test_a_quantity_of_a_table_is_learned_and_inspected(tmp_path):
    table = tmp_path / "line.csv"
    table.write_text("x,y\n" + "".join(f"{k},{100 - 2.5 * k}\n" for k in range(40)))
    trained = run("csv", "--data", table, "--target", "y", "--epochs", 15, "--lr", "0.01", "--out", tmp_path / "runs")
    assert trained.exit_code == 0, trained.output
    made = only_run(tmp_path / "runs")
    last = load_history(made)[-1]
    assert last["test_r2"] > 0.8
    assert f"test R² {last['test_r2']:.3f}" in trained.output
    assert f"R² {last['test_r2']:.3f}" in run("inspect", made.path).output


def test_a_table_that_is_not_there_is_asked_for(tmp_path):
    result = run("csv", "--out", tmp_path)
    assert result.exit_code == 2
    assert "error: csv needs a table: give its file with --data" in result.output
