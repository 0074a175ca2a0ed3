"""What does learning from one sample take as networks grow? Seconds, memory, joules; beside its matrix products.

A batch of n samples passes every crossbar g once, X g', and its gradient is another product, D' X: two products a
crossbar are what a layered network of numbers costs at least. Everything else (diodes, iterations, nudged phases,
updates) is what a circuit costs beside them. Joules are the circuit's own, and the machine's where it counts them.
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np

from ebana_like.analysis.branches import branches
from ebana_like.analysis.joules import SETTLING
from ebana_like.analysis.sample import held_phases
from ebana_like.bench.growth import Growth
from ebana_like.bench.machine_energy import joules_between, joules_counted
from ebana_like.bench.memory import megabytes
from ebana_like.bench.random_images import CLASSES, PIXELS, Learner, learner
from ebana_like.bench.rounds import Timing, in_process
from ebana_like.bench.steps import training_rounds
from ebana_like.errors import SettingError
from ebana_like.simulators import simulator

ROUNDS = 3

PRECISIONS: Mapping[str, Mapping[str, str]] = {
    "double": {},
    "single": {"estimator": "adjoint", "precision": "single"},
}
"""Settings: equilibrium propagation with one nudged phase needs doubles, the adjoint does not."""


@dataclass(frozen=True)
class Shape:
    """One point of the grid: neurons of each hidden layer, how many of them, samples an update, devices."""

    width: int
    depth: int
    batch: int
    precision: str
    devices: int

    @property
    def name(self) -> str:
        """Return what tells it from all others."""
        hidden = "-".join([str(self.width)] * self.depth)
        return f"{hidden}, batch {self.batch}, {self.precision}, {self.devices} device{'s' * (self.devices > 1)}"

    @property
    def environment(self) -> dict[str, str]:
        """What a process that starts with it sees of the machine: CPUs as so many devices, of GPUs the first ones."""
        flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count={self.devices}"
        visible = os.environ.get("CUDA_VISIBLE_DEVICES", ",".join(map(str, range(self.devices)))).split(",")
        return {"XLA_FLAGS": flags.strip(), "CUDA_VISIBLE_DEVICES": ",".join(visible[: self.devices])}


@dataclass(frozen=True)
class Cost:
    """What was measured of one shape.

    training, products: milliseconds a sample. memory: the most that the process held until it had trained once,
    megabytes. joules: of the circuit, a sample learned, each phase held for `SETTLING`. machine: joules of the machine,
    a sample; None where it does not count them.
    """

    shape: Shape
    training: Timing
    products: Timing
    memory: float
    joules: float
    machine: float | None

    @property
    def times_products(self) -> float:
        """Return by how much training takes longer than its products, the median over rounds."""
        return self.training.over(self.products)


@dataclass(frozen=True)
class _Round:
    """Of one round, as in `Cost`; memory and joules of the first."""

    training: float
    products: float
    machine: float | None
    memory: float
    joules: float


def grid(
    widths: Sequence[int],
    depths: Sequence[int],
    batches: Sequence[int],
    precisions: Sequence[str],
    devices: Sequence[int],
) -> tuple[Shape, ...]:
    """Return every combination. Raises SettingError for one that cannot be: before any is measured."""
    for batch, count in product(batches, devices):
        if count < 1 or batch < 1 or batch % count:
            raise SettingError(f"{batch} samples an update cannot be shared out evenly to {count} devices")
    if min(*widths, *depths, 1) < 1:
        raise SettingError("--width and --depth must be at least 1")
    return tuple(Shape(*each) for each in product(widths, depths, batches, precisions, devices))


def bench_scale(shape: Shape, samples: int, rounds: int = ROUNDS) -> Cost:
    """Time training and its products in alternating rounds, in a process with as many devices.

    A first round, in which functions are compiled, is left out.
    samples: of a round, made up to whole batches.
    """
    batches = -(-samples // shape.batch)
    with in_process(_rounds, (shape, batches), shape.environment) as one_round:
        first, *done = [one_round() for _ in range(rounds + 1)]
    machine = [each.machine for each in done if each.machine is not None]
    return Cost(
        shape,
        Timing("training", tuple(each.training for each in done)),
        Timing("its matrix products", tuple(each.products for each in done)),
        first.memory,
        first.joules,
        float(np.median(machine)) if machine else None,
    )


def exponents(costs: Sequence[Cost]) -> dict[str, float]:
    """Return the power of the width that a sample's time grows with, by least squares, for all that was measured at
    several widths, by what they share.
    """
    alike: dict[str, list[Cost]] = {}
    for cost in costs:
        depth, rest = cost.shape.depth, cost.shape.name.partition(", ")[2]
        alike.setdefault(f"{depth} hidden layer{'s' * (depth > 1)}, {rest}", []).append(cost)
    return {
        name: growth_of(name, {cost.shape.width: cost.training.median for cost in each}).exponent
        for name, each in alike.items()
        if len({cost.shape.width for cost in each}) > 1
    }


def growth_of(fixed: str, milliseconds: Mapping[int, float]) -> Growth:
    """Return how the time of one sample grows with the width of the layers."""
    return Growth("hidden neurons", fixed, tuple(milliseconds), (1,) * len(milliseconds), tuple(milliseconds.values()))


def _rounds(given: tuple[Shape, int]) -> Callable[[], _Round]:
    """Return what runs a round: so many batches, then as many products."""
    import jax

    shape, batches = given
    samples = batches * shape.batch
    if len(jax.devices()) != shape.devices:
        raise SettingError(f"there are {len(jax.devices())} devices, not {shape.devices}; give fewer")
    network = learner((shape.width,) * shape.depth, shape.batch, samples, PRECISIONS[shape.precision])
    train_once, multiply_once = training_rounds(network), _products(shape)
    once: list[float] = []

    def one_round() -> _Round:
        before = joules_counted()
        training = train_once()
        machine = joules_between(before, joules_counted())
        if not once:
            once.extend([megabytes(os.getpid(), "at most"), joules_a_sample(network)])
        began = time.perf_counter()
        for _ in range(batches):
            multiply_once()
        products = 1e3 * (time.perf_counter() - began) / samples
        taken = None if machine is None else machine / samples
        return _Round(training, products, taken, *once)

    return one_round


def _products(shape: Shape) -> Callable[[], None]:
    """Return what multiplies a batch with every crossbar, and its changes with what came in, as the engine would."""
    import jax

    from ebana_like.simulators.native.runtime import doubles, shared_out

    kind, rng = {"double": np.float64, "single": np.float32}[shape.precision], np.random.default_rng(0)
    sizes = PIXELS, *[shape.width] * shape.depth, 2 * CLASSES
    crossbars = [rng.uniform(size=(columns, rows)).astype(kind) for rows, columns in pairwise(sizes)]
    inputs = [rng.uniform(size=(shape.batch, size)).astype(kind) for size in sizes]

    @jax.jit
    def multiplied(crossbars: list[jax.Array], inputs: list[jax.Array]) -> list[tuple[jax.Array, jax.Array]]:
        changes = zip(crossbars, inputs, inputs[1:], strict=False)
        return [(x @ crossbar.T, change.T @ x) for crossbar, x, change in changes]

    with doubles():
        held = jax.device_put(crossbars), [jax.device_put(shared_out(each)) for each in inputs]

    def once() -> None:
        with doubles():
            for each in jax.tree.leaves(multiplied(*held)):
                each.block_until_ready()

    once()
    return once


def joules_a_sample(given: Learner) -> float:
    """Return the energy of the phases in which the circuit as it stands learns its first sample."""
    problem = given.problem
    data, circuit = problem.data.train, problem.circuit
    one = np.array([0])
    with simulator("native", circuit) as engine:
        held = held_phases(
            circuit,
            engine,
            data.volts(one),
            data.targets(problem.cost, one),
            problem.cost,
            problem.estimator,
            "sample 0",
        )
    return SETTLING * sum(sum(branches(*phase).heat.values()) for phase in held)
