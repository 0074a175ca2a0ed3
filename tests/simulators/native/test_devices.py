"""Batches that are shared out to four devices, or to two hosts, train as on one, and go on with the same bits."""

import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ebana_like.bench.random_images import learner
from ebana_like.runs.assembly import simulator_of
from ebana_like.training import Problem, Progress, train

FOUR = """
import sys
import jax
import numpy as np
from test_devices import taught, went_on
assert len(jax.devices()) == 4
_, progress = taught(2)
np.savez(sys.argv[1], **progress.values)
again = went_on()
assert all(np.array_equal(again.values[name], progress.values[name]) for name in progress.values)
"""


def taught(epochs: int, start: Progress | None = None) -> tuple[Problem, Progress]:
    """Return a network of two hidden layers and what it learned, in batches that four devices share."""
    given = learner((12, 8), 8, 24, {"estimator": "adjoint", "schedule": "constant"})
    problem = replace(given.problem, epochs=epochs)
    with simulator_of(problem.circuit, given.settings) as simulator:
        return problem, train(problem, simulator, start)


def went_on() -> Progress:
    """Return what is learned in two epochs with an interruption between them."""
    _, half = taught(1)
    return taught(2, replace(half, values={name: np.array(half.values[name]) for name in half.values}))[1]


def test_four_devices_learn_what_one_learns(tmp_path):
    path = tmp_path / "four.npz"
    flags = {
        "XLA_FLAGS": f"{os.environ['XLA_FLAGS']} --xla_force_host_platform_device_count=4",
        "PYTHONPATH": str(Path(__file__).parent),
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", FOUR, str(path)],
        env={**os.environ, **flags},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    four, (problem, progress) = np.load(path), taught(2)
    for name, start in problem.circuit.values().items():
        moved = np.abs(progress.values[name] - start).max()
        assert moved > 0
        # sums over samples in another order, relative to what the gradients moved
        assert np.abs(four[name] - progress.values[name]).max() < 1e-12 * moved


HOST = """
import sys
import jax
import numpy as np
from ebana_like.simulators.native.runtime import shared_out
from test_devices import taught
address, host, path = sys.argv[1:]
jax.config.update("jax_cpu_collectives_implementation", "gloo")
jax.distributed.initialize(address, 2, int(host))
assert len(shared_out(np.zeros((8, 2))).sharding.device_set) == 2
np.savez(path, **taught(1)[1].values)
"""


@pytest.mark.thorough
def test_two_hosts_learn_what_one_learns(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    files = [tmp_path / f"{host}.npz" for host in range(2)]
    hosts = [
        subprocess.Popen(
            [sys.executable, "-c", HOST, address, str(host), str(path)], env=environment, stderr=subprocess.PIPE
        )
        for host, path in enumerate(files)
    ]
    for host in hosts:
        _, said = host.communicate(timeout=120)
        assert host.returncode == 0, said.decode()
    one, two = (np.load(path) for path in files)
    problem, progress = taught(1)
    for name, start in problem.circuit.values().items():
        moved = np.abs(progress.values[name] - start).max()
        assert moved > 0
        assert np.array_equal(one[name], two[name])
        # sums over samples in another order, relative to what the gradients moved
        assert np.abs(one[name] - progress.values[name]).max() < 1e-12 * moved
