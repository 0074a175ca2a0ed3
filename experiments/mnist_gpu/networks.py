"""Which large networks learn MNIST, and by which settings?

Real diodes stand at the voltages of `experiments/mnist/wide.toml`; ideal ones in the networks of `train-circuit drn-*`,
which are trained as published but for steps: Adam's, over batches of 64 or 200 digits in place of 4. All in single
precision, real ones by the adjoint, ideal ones by centered equilibrium propagation, or by the adjoint too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from trainings import configured

from ebana_like.runs import Settings
from ebana_like.tasks import TASKS

WIDE = configured(Path(__file__).parents[1] / "mnist" / "wide.toml", TASKS["mnist"].settings)
ALIKE: dict[str, Any] = {"schedule": "cosine", "decay": 1.0, "engine": "native", "precision": "single"}
SHIFTED = "+shift"
"""Behind the name of networks whose digits move by up to a pixel."""


@dataclass(frozen=True)
class Training:
    """A task and its settings. published: test error of the same network, percent; None where there is none."""

    task: str
    settings: Settings
    published: float | None = None


def real(*hidden: int, **others: Any) -> Training:
    """Return the training of layers of neurons with real diodes."""
    starts = (*WIDE.g_start[:2] * len(hidden), *WIDE.g_start[-2:])
    given = {"batch": 100, "estimator": "adjoint", "hidden": hidden, "g_start": starts}
    return Training("mnist", replace(WIDE, **{**ALIKE, **given, **others}))


def ideal(task: str, published: float, **others: Any) -> Training:
    """Return the training of a published network of ideal diodes, by Adam with one rate for all."""
    rate = others.pop("rate")
    given = {"batch": 64, "update": "adam", "lr": rate, "lr_bias": rate}
    return Training(task, replace(TASKS[task].settings, **{**ALIKE, **given, **others}), published)


ADAM: dict[str, Any] = {"update": "adam", "lr": 5e-3}
MANY: dict[str, Any] = {**ADAM, "batch": 200, "shift": 1}

NETWORKS: Mapping[str, Training] = {
    "784-100-10+shift": real(100, epochs=20, shift=1),
    "784-1024-10+shift": real(1024, epochs=30, shift=1, **ADAM),
    "784-1024-1024-10": real(1024, 1024, epochs=15, **ADAM),
    "784-1024-1024-10+shift": real(1024, 1024, epochs=30, **MANY),
    "784-1024-1024-1024-10": real(1024, 1024, 1024, epochs=15, **ADAM),
    "784-1024-1024-1024-10+shift": real(1024, 1024, 1024, epochs=25, **MANY),
    "784-32768-10+shift": real(32768, lr=(8000.0, 800.0), epochs=30, shift=1),
    "drn-xs": ideal("drn-xs", 3.46, rate=3e-5, epochs=30),
    "drn-1h": ideal("drn-1h", 1.57, rate=2e-5, epochs=30),
    "drn-2h": ideal("drn-2h", 1.48, rate=2e-5, epochs=20),
    "drn-3h": ideal("drn-3h", 1.66, rate=3e-5, epochs=20),
    "drn-xl": ideal("drn-xl", 1.33, rate=1e-5, epochs=100, batch=200),
    "drn-xs+adjoint": ideal("drn-xs", 3.30, rate=3e-5, epochs=30, estimator="adjoint"),
    "drn-1h+adjoint": ideal("drn-1h", 1.54, rate=2e-5, epochs=30, estimator="adjoint"),
    "drn-2h+adjoint": ideal("drn-2h", 1.45, rate=2e-5, epochs=20, estimator="adjoint"),
    "drn-3h+adjoint": ideal("drn-3h", 1.50, rate=3e-5, epochs=20, estimator="adjoint"),
    "drn-xl+adjoint": ideal("drn-xl", 1.30, rate=1e-5, epochs=30, batch=200, estimator="adjoint"),
}
