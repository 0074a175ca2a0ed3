"""A scheduler that goes away in the middle, gracefully or not, and comes back at its address is sent what is left."""

import socket
import threading
from contextlib import closing

import pytest
from distributed import LocalCluster

from ebana_like.cluster import Cluster, share
from ebana_like.cluster.connection import quiet
from ebana_like.errors import ClusterError

GO_ON = threading.Event()


def wait_or_square(number):
    """Return the square; of all but the first ones only when the scheduler has been away."""
    if number >= 3:
        GO_ON.wait(60)
    return number**2


@pytest.fixture
def port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture(autouse=True)
def wait_again():
    GO_ON.clear()
    with quiet():
        yield
    GO_ON.set()


def cluster_at(port):
    options = {"processes": False, "protocol": "tcp", "dashboard_address": "127.0.0.1:0", "memory_limit": None}
    return LocalCluster(n_workers=1, threads_per_worker=1, scheduler_port=port, **options)


def test_what_is_left_goes_to_the_scheduler_that_comes_back(port):
    told, found = [], {}
    first = cluster_at(port)
    with closing(share(wait_or_square, range(6), Cluster(address=f"tcp://127.0.0.1:{port}", tell=told.append))) as all_:
        for outcome in all_:
            found[outcome.number] = outcome.result
            if len(found) == 3:
                GO_ON.set()
                first.close()
                second = cluster_at(port)
    second.close()
    assert found == {number: number**2 for number in range(6)}
    assert told[1] == f"the scheduler at tcp://127.0.0.1:{port} is gone; waiting for it to come back"
    assert told[0].startswith(f"cluster at tcp://127.0.0.1:{port}: 1 worker; dashboard ")
    assert told[2].startswith(f"cluster at tcp://127.0.0.1:{port}: ")


def test_a_scheduler_that_stays_away_is_said_in_a_line(port, monkeypatch):
    monkeypatch.setattr("ebana_like.cluster.scheduled.RETURN_SECONDS", 0.3)
    running = share(wait_or_square, range(6), Cluster(address=f"tcp://127.0.0.1:{port}"))
    with cluster_at(port):
        assert {next(running).result for _ in range(3)} == {0, 1, 4}
        GO_ON.set()
    with pytest.raises(ClusterError, match=rf"no Dask scheduler answers at tcp://127.0.0.1:{port} \(Timed out"):
        next(running)
