"""How does a Dask cluster begin and end? Of processes here, or found by its address; without a word of Dask's own."""

import logging
import os
import signal
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import Any

import dask
from distributed import Client, LocalCluster
from distributed.comm.addressing import parse_address, parse_host_port
from distributed.comm.registry import get_backend

from ebana_like.errors import ClusterError, counted
from ebana_like.files import TemporaryFolder

SILENT = logging.CRITICAL + 1

LOGGERS = ("distributed", "tornado", "bokeh", "asyncio")

SETTINGS = {
    "distributed.scheduler.allowed-failures": 1,
    "distributed.scheduler.worker-saturation": 1.0,  # what waits is with the scheduler, not with a worker that may die
    "distributed.scheduler.worker-ttl": None,  # a worker that compiles does not answer for long
    "distributed.admin.large-graph-warning-threshold": "1TB",
    "distributed.worker.multiprocessing-method": "spawn",
}

PRELOADED = "ebana_like.cluster.preloaded"


@contextmanager
def quiet() -> Iterator[None]:
    """Leave unsaid what Dask reports: errors that matter are raised."""
    known = [name for name in logging.root.manager.loggerDict if name.split(".")[0] in LOGGERS]
    before = {name: logging.getLogger(name).level for name in known}
    for name in known:
        logging.getLogger(name).setLevel(SILENT)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="distributed")
            yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


@contextmanager
def local_cluster(workers: int) -> Iterator[LocalCluster]:
    """Start a cluster of processes with one thread each, which end with the context, whatever they are at.

    A worker that dies is replaced. Only this machine reaches it. None is ended for the memory it takes.
    """
    silence = {f"DASK_LOGGING__{name.upper()}": "critical" for name in LOGGERS}
    environment = {**dask.config.get("distributed.nanny.pre-spawn-environ"), **silence}
    with (
        TemporaryFolder("cluster") as scratch,
        dask.config.set({**SETTINGS, "distributed.nanny.pre-spawn-environ": environment}),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            memory_limit=None,
            local_directory=str(scratch.path),
            preload=[PRELOADED],
            env={"TMPDIR": str(scratch.path)},
            silence_logs=SILENT,
        ) as cluster,
    ):
        try:
            yield cluster
        except BaseException:  # what they are at is wanted no more
            for nanny in cluster.workers.values():
                _kill(nanny)
            raise


def _kill(nanny: Any) -> None:
    """End the process that a nanny looks after, and start no other."""
    nanny.auto_restart = False
    if nanny.pid:
        with suppress(ProcessLookupError):
            os.kill(nanny.pid, signal.SIGKILL)


@contextmanager
def connected(to: LocalCluster | str, seconds: float, tell: Callable[[str], None]) -> Iterator[Client]:
    """Connect with a cluster, or the scheduler at an address; tell how many workers it has, and what to watch.

    Raises ClusterError where it does not answer in time, or has another version of Dask.
    """
    try:
        if isinstance(to, str):
            _require_address(to)
        client = Client(to, timeout=seconds, set_as_default=False)
    except Exception as error:
        raise ClusterError(
            f"no Dask scheduler answers at {to} ({_short(error)}); start one with `dask scheduler`, or give the "
            "address of one, as in tcp://host:8786"
        ) from error
    try:
        _require_same_dask(client, to)
        tell(_described(client, to))
        yield client
    finally:
        with suppress(Exception):
            client.close(timeout=seconds)


def _require_address(text: str) -> None:
    """Raise ValueError for what is no address; a client that finds out itself complains when it is thrown away."""
    scheme, where = parse_address(text)
    get_backend(scheme)
    if scheme != "inproc":
        parse_host_port(where)


def _require_same_dask(client: Client, to: LocalCluster | str) -> None:
    if not isinstance(to, str):
        return
    found: Any = client.get_versions()
    here, there = (found[side]["packages"] for side in ("client", "scheduler"))
    differ = [
        f"{name} {there[name]} instead of {here[name]}" for name in ("dask", "distributed") if there[name] != here[name]
    ]
    if differ:
        raise ClusterError(f"the scheduler at {to} has {', '.join(differ)}; install the same version on both sides")


def _described(client: Client, to: LocalCluster | str) -> str:
    workers = len(client.nthreads())
    where = f"at {to}" if isinstance(to, str) else "here"
    dashboard = "no dashboard (`pip install bokeh` adds one)"
    if "dashboard" in client.scheduler_info()["services"] and (isinstance(to, str) or find_spec("bokeh")):
        dashboard = f"dashboard {client.dashboard_link}"
    if not workers:
        return f"cluster {where}: no workers yet, waiting for the first; {dashboard}"
    return f"cluster {where}: {counted(workers, 'worker')}; {dashboard}"


def _short(error: BaseException) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 100 else f"{text[:97]}..."
