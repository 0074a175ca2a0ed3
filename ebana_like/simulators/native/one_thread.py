"""How does BLAS keep to one thread while any simulator runs, and get its threads back after the last?"""

from functools import cache
from threading import Lock

from threadpoolctl import ThreadpoolController, threadpool_limits

_lock = Lock()
_running = 0
_limits: threadpool_limits | None = None


def enter() -> None:
    """Limit BLAS to one thread, for the whole process, unless it is limited already."""
    global _running, _limits
    with _lock:
        _running += 1
        if _limits is None:
            _limits = _libraries().limit(limits=1, user_api="blas")


def leave() -> None:
    """Give BLAS its threads back where nobody who entered is left, in whatever order they leave."""
    global _running, _limits
    with _lock:
        _running -= 1
        if not _running and _limits is not None:
            _limits.restore_original_limits()
            _limits = None


@cache
def _libraries() -> ThreadpoolController:
    """Look once for the BLAS of numpy and scipy, which are loaded by now; looking outlasts a small solution."""
    return ThreadpoolController()
