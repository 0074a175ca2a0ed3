"""What goes with what? Every system of the command line, with every way to pull it, and what rules say."""

from collections.abc import Callable, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any, cast

import numpy as np

from ebana_like.learning import Cost, Estimator
from ebana_like.networks import Crossbar, DiodePair, Inputs, OutputPairs, build_network
from ebana_like.nudges import NUDGES
from ebana_like.systems import CircuitSystem, System
from ebana_like.systems.convolutional import ConvolutionalHopfield
from ebana_like.systems.elastic import Elastic
from ebana_like.systems.hopfield import Hopfield
from ebana_like.systems.modern import ModernHopfield


@dataclass(frozen=True)
class Learner:
    """A kind of system. ways: to pull it, by the names of the setting. make: one that is pulled so."""

    name: str
    what: str
    command: str
    ways: Sequence[str]
    make: Callable[[str], System]

    def systems(self) -> list[System]:
        """Return one for every way."""
        return [self.make(way) for way in self.ways]


@dataclass(frozen=True)
class Verdict:
    """Whether a rule goes with a system, in a word, and why not, or why it is not exact."""

    word: str
    reason: str


def verdict(kind: type[Estimator], system: System, cost: Cost) -> Verdict:
    """Return what a rule says of a system."""
    needed = {each.name for each in fields(cast(Any, kind)) if each.default is MISSING}
    estimator = kind(**dict.fromkeys(needed & {"beta"}, 0.1))
    if reason := estimator.refusal(system, cost):
        name = type(system).__name__
        return Verdict("no", f"it{reason.removeprefix(name)}" if reason.startswith(name) else reason)
    if reason := estimator.departure(system):
        return Verdict("inexact", reason)
    return Verdict("exact", "")


def _circuit(way: str) -> System:
    layers = [Inputs(2), Crossbar(3), DiodePair(), Crossbar(4), OutputPairs()]
    return CircuitSystem(build_network(layers, nudging=NUDGES[way]()))


def _elastic(way: str) -> System:
    points, springs = np.array([[0.0, 0], [1, 0], [0, 1]]), np.array([[0, 1], [0, 2], [1, 2]])
    return Elastic(points, springs, held=[0, 1], driven=[(1, 0)], read=[(2, 0)])


LEARNERS = (
    Learner("circuit", "resistors, diodes, amplifiers", "TASK, fit", ("current", "switch", "clamped"), _circuit),
    Learner(
        "clip",
        "Hopfield network, states clipped; --steps: in discrete time",
        "hopfield TASK",
        ("current", "switch", "clamped"),
        lambda way: Hopfield((2, 3, 2), "clip", way),  # type: ignore[arg-type]
    ),
    Learner(
        "smooth",
        "Hopfield network, logistic or tanh",
        "hopfield TASK --activation tanh",
        ("current", "clamped"),
        lambda way: Hopfield((2, 3, 2), "tanh", way),  # type: ignore[arg-type]
    ),
    Learner(
        "field",
        "Hopfield network whose weights back are values of their own",
        "hopfield TASK --vector-field",
        ("current", "clamped"),
        lambda way: Hopfield((2, 3, 2), "clip", way, vector_field=True),  # type: ignore[arg-type]
    ),
    Learner(
        "maps",
        "Hopfield network of maps with kernels between them",
        "hopfield TASK --channels 32,64",
        ("current", "switch", "clamped"),
        lambda way: ConvolutionalHopfield((1, 6, 6), (2,), 2, 3, pull=way),  # type: ignore[arg-type]
    ),
    Learner(
        "modern",
        "modern Hopfield network: memories that compete, in Python",
        "ModernHopfield",
        ("current",),
        lambda way: ModernHopfield((2, 3, 2)),
    ),
    Learner("elastic", "springs between points of the plane, in Python", "Elastic", ("current",), _elastic),
)
"""Every kind that `train-circuit` trains, and those that Python alone does."""
