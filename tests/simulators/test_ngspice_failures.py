"""Every way ngspice is known to fail ends in a clear error or a recovered batch."""

import contextlib
import gc
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from waiting import is_running, wait_until

from ebana_like.conformance.circuits import runaway
from ebana_like.elements import Diodes
from ebana_like.errors import SimulatorError
from ebana_like.fitting.ports import with_ports
from ebana_like.learning import SquaredError
from ebana_like.netlist.deck import read_deck
from ebana_like.netlist.read import foreign_circuit
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, build_network
from ebana_like.nudges import Towards, nudging_of, pull_of
from ebana_like.simulators import NgspiceSimulator
from ebana_like.simulators.ngspice import process as one_process
from ebana_like.simulators.ngspice.block import MOST_ITERATIONS


def network():
    return build_network([Inputs(2), Crossbar(4), DiodePair(), Amplifier(), Crossbar(2), OutputPairs()])


FEATURES = np.random.default_rng(4).uniform(-2, 2, (7, 2))


def nudge(batch, outputs=1):
    betas = np.full((2, batch), 1e-8) * [[1], [-1]]
    return nudging_of(network(), SquaredError(), np.zeros((batch, outputs)), betas)


def test_a_point_without_solution_is_named_and_spoils_no_other():
    circuit = runaway()
    features = np.array([[0.1], [1.0], [0.2], [1.0], [0.1]])
    with NgspiceSimulator(circuit) as simulator:
        for nudging in (None, nudge(5)):
            points = simulator.solve(circuit.values(), features, nudging)
            assert points.usable.tolist() == [True, False, True, False, True]
            # fed back so, the diode conducts more than its resistor: no stable point, which is said once
            said_once = {0} if nudging is None else set()
            assert set(points.messages) == {1, 3} | said_once
            assert all("unstable" in points.messages[sample] for sample in said_once)
            assert "no operating point" in points.messages[1]
            assert np.isnan(points.voltages[:, 1]).all()
            # every solved point obeys Kirchhoff: g (x - h) + i(2h - h) = 0, to the solver's abstol of 1e-18 A and
            # the rounding of currents around 1e-7 A
            node = points.scores[points.usable, 0]
            diodes = circuit.bank("diodes", Diodes)
            residual = 1e-6 * (features[points.usable, 0] - node) + diodes.current(node)
            assert np.abs(residual).max() < 1e-17


class Deadly(Towards):
    """Currents that kill the process which asks for those of one sample.

    once: file that is made then, after which they do no harm. alone: kill also where no other sample is with it.
    """

    def __init__(self, deadly, targets, betas, once=None, alone=True, kill=None):
        super().__init__(pull_of(network(), SquaredError()), targets, betas)
        self.deadly, self.once, self.alone = deadly, once, alone
        self.kill = kill or (lambda: os.kill(os.getpid(), signal.SIGKILL))

    def drives(self, scores, samples):
        if samples.start == self.deadly and (self.alone or len(self.targets) > 1):
            if self.once is None:
                self.kill()
            elif not self.once.exists():
                self.once.touch()
                self.kill()
        return super().drives(scores, samples)

    def part(self, samples):
        part = super().part(samples)
        deadly = self.deadly - samples.start if samples.start <= self.deadly < samples.stop else None
        return Deadly(deadly, part.targets, part.betas, self.once, self.alone, self.kill)


def deadly(sample, batch, **how):
    return Deadly(sample, np.zeros((batch, 1)), np.full((2, batch), 1e-8) * [[1], [-1]], **how)


def course(simulator, disturb=lambda k: None, nudgings=lambda k: nudge(7)):
    """Solve nine batches, of free points now and then, with other conductances each; forget after the fifth."""
    rng, found = np.random.default_rng(5), []
    for k in range(9):
        conductances = {name: g * rng.uniform(0.5, 2, g.shape) for name, g in network().values().items()}
        features = rng.uniform(-2, 2, (7, 2))
        disturb(k)
        points = simulator.solve(conductances, features, None if k % 4 == 2 else nudgings(k))
        found.append(points)
        if k == 4:
            simulator.forget()
    return found


@pytest.fixture(scope="module")
def undisturbed():
    found = {}
    for workers in (1, 2):
        with NgspiceSimulator(network(), workers) as simulator:
            found[workers] = [points.voltages.tobytes() for points in course(simulator)]
    return found


@pytest.mark.parametrize("workers", [1, 2])
def test_a_worker_killed_between_batches_changes_no_bit(workers, undisturbed):
    with NgspiceSimulator(network(), workers) as simulator:

        def kill(k):
            if k in (2, 3, 7):
                process = simulator.processes[-1]
                os.kill(process, signal.SIGKILL)
                wait_until(lambda: not is_running(process))

        points = course(simulator, kill)
    assert [one.voltages.tobytes() for one in points] == undisturbed[workers]
    assert [k for k, one in enumerate(points) if one.messages] == [2, 3, 7]
    assert "was killed by SIGKILL near this sample; solved again" in str(points[3].messages)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_worker_killed_in_mid_batch_changes_no_bit(workers, undisturbed, tmp_path):
    with NgspiceSimulator(network(), workers) as simulator:
        before = simulator.processes
        points = course(
            simulator, nudgings=lambda k: deadly(5, 7, once=tmp_path / str(k)) if k in (1, 4, 8) else nudge(7)
        )
        assert simulator.processes[-1] != before[-1]
    assert [one.voltages.tobytes() for one in points] == undisturbed[workers]
    assert {k: set(one.messages) for k, one in enumerate(points) if one.messages} == {1: {5}, 4: {5}, 8: {5}}


@pytest.mark.parametrize("workers", [1, 2])
def test_the_template_killed_with_its_workers_changes_no_bit(workers, undisturbed):
    with NgspiceSimulator(network(), workers) as simulator:

        def kill(k):
            if k == 6:
                template = int(Path(f"/proc/{simulator.processes[0]}/stat").read_text().rpartition(")")[2].split()[1])
                os.kill(template, signal.SIGKILL)
                processes = simulator.processes
                wait_until(lambda: not any(map(is_running, processes)))

        points = course(simulator, kill)
    assert [one.voltages.tobytes() for one in points] == undisturbed[workers]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_sample_that_kills_every_worker_is_left_out_and_no_other(workers, undisturbed):
    with NgspiceSimulator(network(), workers) as simulator:
        expected = simulator.solve(network().values(), FEATURES, nudge(7))
        points = simulator.solve(network().values(), FEATURES, deadly(5, 7))
        again = simulator.solve(network().values(), FEATURES, nudge(7))
    assert points.usable.tolist() == [True] * 5 + [False, True]
    assert set(points.messages) == {5}
    assert "left out: the ngspice process was killed by SIGKILL" in points.messages[5]
    others = points.usable
    assert points.voltages[:, others] == pytest.approx(expected.voltages[:, others], abs=1e-12)
    assert again.voltages == pytest.approx(expected.voltages, abs=1e-12)


def test_a_sample_that_kills_its_worker_among_others_is_solved_by_itself():
    with NgspiceSimulator(network()) as simulator:
        expected = simulator.solve(network().values(), FEATURES, nudge(7))
        points = simulator.solve(network().values(), FEATURES, deadly(0, 7, alone=False))
    assert points.converged.all()
    assert "solved with relaxed tolerances: the ngspice process was killed by SIGKILL" in points.messages[0]
    # relaxed tolerances: reltol is 1e-9 of voltages around 1 V
    assert points.voltages == pytest.approx(expected.voltages, abs=1e-9)


def test_a_sample_that_takes_processor_time_without_end_is_ended(monkeypatch):
    monkeypatch.setattr(one_process, "SECONDS_WITHOUT_ITERATION", 0.1)
    with NgspiceSimulator(network()) as simulator:
        points = simulator.solve(network().values(), FEATURES, deadly(2, 7, alone=False, kill=spin))
    assert points.converged.all()
    assert "without an iteration" in points.messages[2]


def spin():
    while True:
        pass


UNREACHABLE = """a diode whose series resistance makes currents known to no better than 1e-13 A
V1 vcc 0 8
V2 in 0 1
R1 vcc c 50
D1 c vcc shaper
R2 in out 1k
R3 out 0 1k
.model shaper D(IS=1.3e-5 N=1.2 RS=0.025)
.end
"""


def test_a_point_that_iterates_without_end_is_ended():
    deck = read_deck(UNREACHABLE, "unreachable")
    circuit, _ = with_ports(foreign_circuit(deck), deck, "v2", "out")
    features = np.array([[1.0], [-1.0]])
    with NgspiceSimulator(circuit) as simulator:
        points = simulator.solve(circuit.values(), features)
    assert points.converged.all()
    assert points.scores == pytest.approx(features / 2, abs=1e-9)
    assert points.iterations.max() < 10 * MOST_ITERATIONS


def test_a_worker_that_hangs_is_replaced():
    circuit = network()
    with NgspiceSimulator(circuit, patience=1.0) as simulator:
        (process,) = simulator.processes
        os.kill(process, signal.SIGSTOP)
        points = simulator.solve(circuit.values(), np.ones((3, 2)))
    assert points.converged.all()
    assert "made no progress" in next(iter(points.messages.values()))


def test_a_worker_lost_between_batches_leaves_no_noise_behind():
    """Without gc.collect() a complaint of Python's finalizers would hit some later test."""
    circuit = network()
    with NgspiceSimulator(circuit) as simulator:
        (process,) = simulator.processes
        os.kill(process, signal.SIGKILL)
        wait_until(lambda: not is_running(process))
        points = simulator.solve(circuit.values(), np.ones((3, 2)))
    assert points.converged.all()
    assert "was killed by SIGKILL" in points.messages[0]
    gc.collect()


def test_workers_that_keep_dying_end_in_an_error():
    circuit = network()
    killing = True

    def solve_three_batches(simulator):
        for _ in range(3):
            simulator.solve(circuit.values(), np.ones((100_000, 2)))

    def kill_all(simulator):
        while killing:
            for process in simulator.processes:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            time.sleep(0.01)

    with NgspiceSimulator(circuit) as simulator:
        thread = threading.Thread(target=kill_all, args=(simulator,))
        thread.start()
        try:
            with pytest.raises(SimulatorError, match="SIGKILL"):
                solve_three_batches(simulator)
        finally:
            killing = False
            thread.join()


def test_an_error_in_one_batch_leaves_the_next_one_right():
    circuit = network()
    with NgspiceSimulator(circuit, workers=2) as simulator:
        expected = simulator.solve(circuit.values(), np.ones((4, 2)))
        with pytest.raises(
            SimulatorError, match='crossbar1.conductance has shape .3,.; bank "crossbar1" has 24 resistors'
        ):
            simulator.solve({"crossbar1.conductance": np.ones(3)}, np.ones((4, 2)))
        again = simulator.solve(circuit.values(), np.ones((4, 2)))
    assert again.voltages == pytest.approx(expected.voltages, abs=1e-13)


def test_a_missing_library_says_what_to_install(monkeypatch):
    monkeypatch.setenv("NGSPICE_LIBRARY_PATH", "libnowhere.so")
    with pytest.raises(SimulatorError, match=r"libnowhere.so: cannot open.*apt-get install ngspice libngspice0"):
        NgspiceSimulator(network()).__enter__()


SETUP = """
import numpy as np
from ebana_like.errors import SimulatorError
from ebana_like.simulators.ngspice.block import WORDS
from ebana_like.simulators.ngspice.library import Library
library = Library(np.zeros(WORDS, dtype=np.int64))
def report(action):
    try:
        action()
        print("errors:", library.take_errors())
    except SimulatorError as error:
        print("refused:", error)
"""


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("library.load(['missing model', 'v1 a 0 1', 'd1 a 0 nowhere', '.end'])", "refused: ngspice did not take"),
        ("library.load(['parameter', 'v1 a 0 {nowhere}', '.end'])", "refused: ngspice gave up"),
        ("library.load(['fine', 'v1 a 0 1', 'r1 a 0 1', '.end']); library.command('quit')", "not told to quit"),
        ("library.load(['fine', 'v1 a 0 1', 'r1 a 0 1', '.end']); library.command('alter r2 = 3')", "no such device"),
        (
            "library.load(['fine', 'v1 a 0 1', 'r1 a 0 1', '.end'])\n"
            "    library.on_vectors = lambda names: report(lambda: library.command('op'))\n"
            "    library.command('op')",
            "given inside a callback",
        ),
    ],
)
def test_what_ngspice_only_mutters_becomes_an_error(lines, expected):
    """Run in a process each: a library that has failed once cannot be trusted again."""
    program = f"{SETUP}\ndef act():\n    {lines}\nreport(act)\n"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert expected in done.stdout
