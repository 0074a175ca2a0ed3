"""What is done in a worker process that starts here, before its first item?"""

import multiprocessing
import signal
from typing import Any


def dask_setup(worker: Any) -> None:
    """Leave Ctrl-C, which a terminal sends to all processes, to the main one; start no process by a fork.

    numba guards against forks by a named semaphore, which a killed process leaves behind; here nothing forks.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    multiprocessing.set_start_method("spawn", force=True)
