"""What does a worker answer to an item? Its result, or why there is none; and with which versions it was computed."""

import platform
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

PACKAGES = ("ebana-like", "dask", "distributed", "cloudpickle", "jax", "jaxlib", "numba", "numpy", "scipy")
"""What has to be the same everywhere: numbers depend on these, or what is sent does."""


@dataclass(frozen=True)
class Answer:
    """What came of an item: its result or an error; lost: whether its workers died."""

    result: Any = None
    error: Exception | None = None
    lost: bool = False


def answered(work: Callable[..., Any], *arguments: Any) -> Answer:
    """Return the result of a call, or what it raised: whatever that is, the other items are not to suffer."""
    try:
        return Answer(work(*arguments))
    except Exception as error:
        return Answer(error=error)


@cache
def versions() -> dict[str, str]:
    """Return the versions here of what must not differ; "none" for what is not installed."""
    return {"python": ".".join(platform.python_version_tuple()[:2]), **{name: _version(name) for name in PACKAGES}}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
