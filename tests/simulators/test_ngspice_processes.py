"""What the processes of ngspice leave behind, read, and take with them: nothing that is not theirs."""

import gc
import os
import signal
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from platformdirs import user_cache_path
from waiting import is_running, wait_until

from ebana_like.errors import SimulatorError
from ebana_like.learning import SquaredError
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, build_network
from ebana_like.nudges import nudging_of
from ebana_like.simulators import NativeSimulator, NgspiceSimulator
from ebana_like.simulators.ngspice import steady

SOLVED = 1e-12  # volts: ngspice stops when its step is below reltol = 1e-12 of voltages around 1 V

PREAMBLE = """
import os, sys, time
import numpy as np
from ebana_like.learning import SquaredError
from ebana_like.nudges import nudging_of
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, build_network
from ebana_like.simulators import NgspiceSimulator
circuit = build_network([Inputs(2), Crossbar(4), DiodePair(), Amplifier(), Crossbar(2), OutputPairs()])
conductances = circuit.values()
"""


def network():
    return build_network([Inputs(2), Crossbar(4), DiodePair(), Amplifier(), Crossbar(2), OutputPairs()])


def nudge(batch):
    return nudging_of(network(), SquaredError(), np.zeros((batch, 1)), np.full((2, batch), 1e-8) * [[1], [-1]])


def family(process):
    """Return a process and all that descend from it, but for the one that Python keeps once it has started others."""
    found = [process]
    for one in found:
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            found += [child for child in map(int, children.read_text().split()) if not is_tracker(child)]
    return found


def is_tracker(process):
    return b"multiprocessing.resource_tracker" in Path(f"/proc/{process}/cmdline").read_bytes()


def python(*arguments, **options):
    """Start Python in a process of its own."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def script(text, **options):
    """Start a program that begins with a circuit."""
    return python("-c", PREAMBLE + textwrap.dedent(text), **options)


def said_by(running):
    """Return what a program printed, having ended well."""
    said, errors = running.communicate(timeout=120)
    assert running.returncode == 0, errors
    return said


@pytest.mark.parametrize("engine", [NativeSimulator, NgspiceSimulator])
def test_eight_threads_share_a_simulator(engine):
    circuit, rng = network(), np.random.default_rng(3)

    def task(batch):
        conductances = {name: g * rng.uniform(0.5, 2, g.shape) for name, g in circuit.values().items()}
        return conductances, rng.uniform(-2, 2, (batch, 2))

    tasks = [task(batch) for batch in (1, 2, 3, 4, 5, 6, 7, 8) * 5]
    with engine(circuit) as simulator:

        def solve(task):
            conductances, features = task
            points = simulator.solve(conductances, features, nudge(len(features)))
            simulator.forget()
            return points.voltages, simulator.adjoint(points, np.ones((len(features), 1)))

        serial = [solve(task) for task in tasks]
        with ThreadPoolExecutor(8) as threads:
            shared = list(threads.map(solve, tasks))
    for (voltages, adjoint), (expected, expected_adjoint) in zip(shared, serial, strict=True):
        assert voltages == pytest.approx(expected, abs=SOLVED)
        # relative to the largest of some 1e5 ohms
        assert adjoint == pytest.approx(expected_adjoint, abs=1e-9 * np.abs(expected_adjoint).max())


def test_a_simulator_dropped_without_exit_ends_its_processes():
    simulator = NgspiceSimulator(network(), workers=2).__enter__()
    simulator.solve(network().values(), np.ones((2, 2)))
    processes = simulator.processes
    assert all(map(is_running, processes))
    children = family(os.getpid())[1:]
    assert set(processes) < set(children)
    del simulator
    gc.collect()
    assert not any(Path(f"/proc/{process}").exists() for process in children)


@pytest.mark.parametrize("moment", ["starting", "solving"])
def test_nothing_outlives_a_parent_that_is_killed(moment, tmp_path):
    running = script(
        """
        print("begun", flush=True)
        with NgspiceSimulator(circuit, workers=2) as simulator:
            print("solving", flush=True)
            simulator.solve(conductances, np.random.default_rng(0).uniform(-2, 2, (3_000_000, 2)))
        """,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    for _ in range(2 if moment == "solving" else 1):
        running.stdout.readline()
    wait_until(lambda: len(family(running.pid)) == (4 if moment == "solving" else 2))
    processes = family(running.pid)
    running.kill()
    running.communicate()
    wait_until(lambda: not any(map(is_running, processes)))
    assert not list(tmp_path.iterdir())


FORK = """
import os
import numpy as np
from ebana_like.errors import SimulatorError
from ebana_like.networks import Crossbar, Inputs, OutputPairs, build_network
from ebana_like.simulators import NgspiceSimulator

circuit = build_network([Inputs(2), Crossbar(2), OutputPairs()])
with NgspiceSimulator(circuit) as simulator:
    child = os.fork()
    if child == 0:
        status = 1
        try:
            simulator.solve(circuit.values(), np.ones((1, 2)))
        except SimulatorError as error:
            status = 0 if f"belongs to process {os.getppid()}" in str(error) else 2
        finally:
            os._exit(status)
    print(os.waitpid(child, 0)[1], simulator.solve(circuit.values(), np.ones((1, 2))).converged.all())
"""


def test_a_simulator_is_refused_in_a_fork_of_its_process():
    """In a program of its own: this one may hold libraries that do not like to be forked."""
    done = subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["0", "True"], done.stderr


def test_a_worker_that_has_grown_is_replaced_where_it_forgets_and_no_bit_changes(monkeypatch):
    circuit, found, processes = network(), [], []
    for growth in (1 << 40, -1):
        monkeypatch.setattr(steady, "GROWTH", growth)
        with NgspiceSimulator(circuit) as simulator:
            for k in range(6):
                conductances = {name: g * (1 + k / 7) for name, g in circuit.values().items()}
                found.append(simulator.solve(conductances, np.ones((2, 2)) * k, nudge(2)).voltages.tobytes())
                processes.append(*simulator.processes)
                if k % 2:
                    simulator.forget()
    assert found[:6] == found[6:]
    assert len(set(processes[:6])) == 1
    assert len(set(processes[6:])) == 3


OWN_COST = """
class Own(SquaredError):
    pass
def nudge(cost):
    return nudging_of(circuit, cost, np.zeros((3, 1)), np.full((2, 3), 1e-8) * [[1], [-1]])
with NgspiceSimulator(circuit) as simulator:
    features = np.ones((3, 2)) * [[1], [2], [3]]
    expected = simulator.solve(conductances, features, nudge(SquaredError()))
    for _ in range(2):
        points = simulator.solve(conductances, features, nudge(Own()))
        print(bool(points.converged.all()), bool(np.abs(points.voltages - expected.voltages).max() < 1e-12))
"""


def test_a_cost_of_a_notebook_travels_to_the_workers():
    assert said_by(script(OWN_COST)).split() == ["True"] * 4


def test_a_cost_of_a_module_that_only_the_working_directory_holds_travels_too(tmp_path):
    (tmp_path / "own.py").write_text(
        "from ebana_like.learning import SquaredError\nclass Own(SquaredError):\n    pass\n"
    )
    text = OWN_COST[OWN_COST.index("def nudge") :]
    assert said_by(script("from own import Own\n" + text, cwd=tmp_path)).split() == ["True"] * 4


def test_what_cannot_travel_is_said():
    class StubbornSquaredError(SquaredError):
        def __init__(self):
            super().__init__()
            self.held = (k for k in range(3))

    drive = nudging_of(network(), StubbornSquaredError(), np.zeros((1, 1)), np.full((2, 1), 1e-8))
    with NgspiceSimulator(network()) as simulator, pytest.raises(SimulatorError, match="cannot be sent to the solver"):
        simulator.solve(network().values(), np.ones((1, 2)), drive)


class WrongSquaredError(SquaredError):
    def gradient(self, scores, targets):
        raise ZeroDivisionError("by nothing")


def test_a_cost_that_fails_says_how():
    drive = nudging_of(network(), WrongSquaredError(), np.zeros((1, 1)), np.full((2, 1), 1e-8))
    with NgspiceSimulator(network()) as simulator:
        with pytest.raises(SimulatorError, match="ZeroDivisionError: by nothing"):
            simulator.solve(network().values(), np.ones((1, 2)), drive)
        assert simulator.solve(network().values(), np.ones((1, 2))).converged.all()


@pytest.mark.parametrize("how", ["-c", "-m", "file"])
def test_nothing_in_the_working_or_home_directory_is_run(how, tmp_path):
    """But what the parent itself finds there: with -c and -m Python puts the working directory on its path."""
    made = tmp_path / "made"
    for name in (".spiceinit", "spice.rc", "spinit"):
        (tmp_path / name).write_text(f"shell touch {made}\n")
    for name in ("sitecustomize.py", "usercustomize.py"):
        (tmp_path / name).write_text(f"import pathlib; pathlib.Path({str(made)!r}).touch()\n")
    program = tmp_path / "program.py" if how != "file" else tmp_path / "elsewhere" / "program.py"
    program.parent.mkdir(exist_ok=True)
    solve = (
        "with NgspiceSimulator(circuit) as simulator: print(simulator.solve(conductances, np.ones((1, 2))).converged)"
    )
    program.write_text(PREAMBLE + solve)
    arguments = {"-c": ["-c", PREAMBLE + solve], "-m": ["-m", "program"], "file": [str(program)]}[how]
    kept = {"XDG_CACHE_HOME": str(user_cache_path())}  # what numba compiled, which would take seconds each time
    ours = {"HOME": str(tmp_path), "SPICE_USERINIT_DIR": str(tmp_path), "PYTHONNOUSERSITE": "1"}
    environment = {**os.environ, **ours, **kept}
    environment.pop("PYTHONPATH", None)
    assert "[[ True]]" in said_by(python(*arguments, cwd=tmp_path, env=environment))
    assert not made.exists()


def test_workers_are_given_no_input():
    with NgspiceSimulator(network()) as simulator:
        for process in family(os.getpid())[1:]:
            assert Path(f"/proc/{process}/fd/0").readlink() == Path(os.devnull)
            assert Path(f"/proc/{process}/cwd").readlink() == Path("/")
        assert len(simulator.processes) == 1


def test_a_killed_worker_becomes_no_zombie():
    with NgspiceSimulator(network(), workers=2) as simulator:
        for process in simulator.processes:
            os.kill(process, signal.SIGKILL)
        simulator.solve(network().values(), np.ones((2, 2)))
        template, *workers = family(os.getpid())[1:]
        assert all(map(is_running, [template, *workers]))
        assert len(workers) == 2
    assert family(os.getpid())[1:] == [template]  # for the next simulator


def test_the_next_simulator_starts_from_the_template_that_the_last_one_left():
    templates = []
    for _ in range(2):
        with NgspiceSimulator(network()):
            templates.append(family(os.getpid())[1])
    assert templates[0] == templates[1]
    os.kill(templates[0], signal.SIGKILL)
    with NgspiceSimulator(network()) as simulator:  # a template that was killed meanwhile is replaced
        assert simulator.solve(network().values(), np.ones((1, 2))).converged.all()
        assert family(os.getpid())[1] != templates[0]


def test_simulators_at_work_have_templates_of_their_own():
    with NgspiceSimulator(network()) as one, NgspiceSimulator(network()) as other:
        assert len(family(os.getpid())) == 5
        features = np.ones((1, 2))
        expected = one.solve(network().values(), features).voltages
        np.testing.assert_array_equal(other.solve(network().values(), features).voltages, expected)
    assert len(family(os.getpid())) == 2
