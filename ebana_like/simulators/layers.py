"""What is known of a layered network before it has conductances? Its wiring, as arrays."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np

from ebana_like.elements import CurrentSources, DiodeModel, FloatArray, Index, IntArray
from ebana_like.elements.switch import CLOSED, OPEN, THRESHOLD
from ebana_like.simulators.crossbars import AnyCrossbar, Crossbar
from ebana_like.values import address

Array = TypeVar("Array", FloatArray, IntArray)


def read_only(array: Array) -> Array:
    """Return a contiguous view that cannot be written."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


@dataclass(frozen=True, eq=False)
class Clamp:
    """One diode from, or to, each neuron of a layer.

    rails: voltage of the source at the diode's other end, (neurons,), volts. areas: of each of the model, (neurons,).
    """

    model: DiodeModel
    rails: FloatArray
    areas: FloatArray

    def of(self, neuron: int) -> DiodeModel:
        """Return the model of one neuron's diode, its area in IS."""
        return replace(self.model, saturation_current=self.model.saturation_current * float(self.areas[neuron]))


@dataclass(frozen=True, eq=False)
class Bounds:
    """Between which voltages ideal diodes keep the neurons of a layer, (neurons,), volts; infinite where none does."""

    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, eq=False)
class Feed:
    """Current sources from ground into the nodes of a layer. order: which of the bank's feeds each, (nodes,)."""

    bank: CurrentSources
    order: IntArray

    @property
    def address(self) -> str:
        """Of its currents."""
        return address(self.bank.name, "amperes")


@dataclass(frozen=True, eq=False)
class Hidden:
    """One hidden layer.

    nodes: of the neurons, (neurons,). driven: nodes whose voltage is A times the neuron's, (copies, neurons).
    mirrored: nodes whose voltage is -A times the neuron's, (copies, neurons); None where there are none.
    clamps: the diodes that draw current from the neurons when they are high, and those that feed them when they are
        low; or the bounds that ideal ones set.
    forward, back: gains A of the VCVS and B of the CCCS, (neurons,); 1 where there is no amplifier.
    offsets: by how much more the last driven node's voltage is, (neurons,), volts; None where that is zero.
    """

    nodes: IntArray
    driven: IntArray
    clamps: tuple[Clamp, Clamp] | Bounds
    forward: FloatArray
    back: FloatArray
    offsets: FloatArray | None = None
    mirrored: IntArray | None = None


@dataclass(frozen=True, eq=False)
class Branch:
    """What stands across each output pair to nudge it: a source of current, or a target behind resistor and switch.

    addresses: of the currents; or of the targets' voltages, the resistors' conductances, and the voltage that closes
        the switches.
    targets, inner, control: nodes of the switched branches; none where currents are held.
    """

    addresses: tuple[str, ...]
    targets: IntArray
    inner: IntArray
    control: IntArray

    @property
    def is_switched(self) -> bool:
        """Whether switches load the outputs."""
        return len(self.addresses) > 1

    def is_even(self, values: Mapping[str, Any]) -> bool:
        """Whether a sample's outputs are all loaded alike, by switches that are either open or closed."""
        if not self.is_switched:
            return True
        _, conductance, close = (values[address] for address in self.addresses)
        return bool((conductance == conductance[..., :1]).all() and np.isin(close, (0, 1)).all())


def pulled(addresses: tuple[str, ...], values: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return the currents into the pairs, (phases, batch, outputs), amperes, and the conductance beside them, siemens.

    addresses: of a branch. values: of even nudging, (phases, batch, elements) by address, in arrays of any library. The
    conductances are (phases, batch); None where nothing loads the outputs.
    """
    first = values[addresses[0]]
    if len(addresses) == 1:
        return first, None
    xp, conductance = first.__array_namespace__(), values[addresses[1]][..., :1]
    closed = values[addresses[2]] >= THRESHOLD
    load = 1 / (1 / conductance + 1 / CLOSED)
    return xp.where(closed, load * first, 0.0), xp.where(closed, load, OPEN)[..., 0]


def saturations(clamps: tuple[Clamp, Clamp]) -> FloatArray:
    """Return IS of the up and the down diodes, (2, neurons), or (2, 1) where all of a side are alike, amperes."""
    each = np.stack([clamp.model.saturation * clamp.areas for clamp in clamps])
    return read_only(each[:, :1] if (each == each[:, :1]).all() else each)


@dataclass(frozen=True, eq=False)
class Layers:
    """A layered network.

    crossbars: one more than hidden layers. branch: what stands across the output pairs to nudge them.
    plus, minus: rows of the first crossbar that carry each feature, and its negative; none where inputs are not
        doubled. bias_rows, biases: rows at constant voltages, and those voltages.
    constant_nodes, constants: nodes at a voltage that never changes, ground among them, and that voltage.
    outputs: last crossbar's columns. positive, negative: positions of the output pairs among them; no negative ones
        where outputs are read against ground.
    feeds: current sources into each hidden layer and into the outputs; None where there are none.
    even: whether amplifiers whose neurons a crossbar joins all have the same ratio A / B: the Jacobian is symmetric but
        for weights.
    """

    crossbars: tuple[AnyCrossbar, ...]
    hidden: tuple[Hidden, ...]
    branch: Branch
    plus: Index
    minus: Index
    bias_rows: Index
    biases: FloatArray
    constant_nodes: IntArray
    constants: FloatArray
    outputs: IntArray
    positive: IntArray
    negative: IntArray
    feeds: tuple[Feed | None, ...] = field(default=(), kw_only=True)
    even: bool = field(default=True, kw_only=True)

    @property
    def learned(self) -> tuple[AnyCrossbar | Feed, ...]:
        """All that can be varied: crossbars from the inputs on, then the feeds that are there."""
        return *self.crossbars, *(feed for feed in self.feeds if feed is not None)

    def scores(self, outputs: FloatArray) -> FloatArray:
        """Return scores (..., pairs) of the outputs' voltages (..., outputs)."""
        above = outputs[..., self.positive]
        return above - outputs[..., self.negative] if len(self.negative) else above

    @property
    def plain(self) -> tuple[Crossbar, ...]:
        """The crossbars, where all are whole, none is mirrored and none read against a reference column; else none."""
        found = tuple(c for c in self.crossbars if isinstance(c, Crossbar) and not c.mirrored and c.reference is None)
        return found if len(found) == len(self.crossbars) else ()
