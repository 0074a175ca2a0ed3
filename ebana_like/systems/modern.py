"""How does a modern Hopfield network learn? Outputs settle at the mean of what memories hold, by how well each fits.

    E(y; x) = |y|^2 / 2 - log(sum over memories of exp(k a_m)) / k,   a = W x + V y + b

is stationary at y = V' p, p = softmax(k a): memories (x, y) as rows of W and V, of which inputs recall the nearest
(Krotov and Hopfield 2021; Ramsauer et al. 2021). Each step y <- V' p lowers E, for its second term is concave; where
one memory fits better than all others by D, one step is within exp(-k D) of the rest. A memory learns from how active
it is, dE/dW = -p x', dE/dV = -p y', dE/db = -p, by equilibrium propagation as in any energy (thesis, 2.7 and 5.3).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ebana_like.checks import require_number
from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray, Signal
from ebana_like.networks.modern import modern_circuit
from ebana_like.nudges.nudge import Slope
from ebana_like.systems.settled import HeldForces, Settled
from ebana_like.values import Parameter, Range, Values

INPUTS, OUTPUTS, BIAS = "memories.inputs", "memories.outputs", "memories.bias"


@dataclass(frozen=True, eq=False)
class ModernHopfield:
    """A modern Hopfield network; see `System`.

    sizes: features, memories and outputs. sharpness: k, with which memories compete. seed: of the first weights,
    uniform within spread. largest: that a weight or bias can be.

    Raises SettingError for sizes that are none.
    """

    sizes: tuple[int, int, int]
    sharpness: float = 4.0
    seed: int = 0
    spread: float = 0.5
    largest: float = 10.0
    parameters: Mapping[str, Parameter] = field(init=False)

    def __post_init__(self) -> None:
        for size in self.sizes:
            require_number("a layer's size", size, whole=True, low=1)
        require_number("the sharpness", self.sharpness, above=0, fix="for example 4")
        rng, limits = np.random.default_rng(self.seed), Range(-self.largest, self.largest)
        features, memories, outputs = self.sizes
        counts = {INPUTS: memories * features, OUTPUTS: memories * outputs}
        found = {at: Parameter(rng.uniform(-self.spread, self.spread, n), "", limits) for at, n in counts.items()}
        object.__setattr__(self, "parameters", {**found, BIAS: Parameter(np.zeros(memories), "", limits)})

    @property
    def features(self) -> int:
        return self.sizes[0]

    @property
    def outputs(self) -> int:
        return self.sizes[2]

    def refusal(self) -> str:
        return ""

    def scores(self, states: FloatArray) -> FloatArray:
        return states

    def nudging(self, cost: Slope, targets: FloatArray, betas: FloatArray) -> HeldForces:
        return HeldForces(cost, targets, betas)

    def matrices(self, values: Values) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return W (memories, features), V (memories, outputs) and b (memories,)."""
        features, memories, outputs = self.sizes
        return values[INPUTS].reshape(memories, features), values[OUTPUTS].reshape(memories, outputs), values[BIAS]

    def activity(self, values: Values, features: FloatArray, states: FloatArray) -> FloatArray:
        """Return p, (..., batch, memories), of outputs at states (..., batch, outputs)."""
        W, V, b = self.matrices(values)
        fit = self.sharpness * (features @ W.T + states @ V.T + b)
        raised = np.exp(fit - fit.max(axis=-1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=-1, keepdims=True))

    def signals(self, points: Settled, coefficients: FloatArray) -> dict[str, Signal]:
        usable = points.usable
        x, states = points.features[usable], points.states[:, usable]
        p = -coefficients[:, usable, None] * self.activity(points.values, x, states) / max(int(usable.sum()), 1)
        return {
            INPUTS: (p.sum(axis=0).T @ x).ravel(),
            OUTPUTS: np.einsum("pbm,pbo->mo", p, states).ravel(),
            BIAS: p.sum(axis=(0, 1)),
        }

    def input_signal(self, points: Settled, coefficients: FloatArray) -> FloatArray:
        p = self.activity(points.values, points.features, points.states)
        return np.asarray(-np.einsum("pb,pbm->bm", coefficients, p) @ self.matrices(points.values)[0])

    def adjoint_signals(self, points: Settled, adjoint: FloatArray, currents: FloatArray) -> dict[str, Signal]:
        """Return the mean over samples of dC/dtheta, lambda' d(dE/dy)/dtheta; see `Mirrored`."""
        usable = points.usable
        x, y, a = points.features[usable], points.states[0][usable], adjoint[usable] / max(int(usable.sum()), 1)
        p, q = self._moved(points.values, x, y, a)
        return {INPUTS: -(q.T @ x).ravel(), OUTPUTS: -(p.T @ a + q.T @ y).ravel(), BIAS: -q.sum(axis=0)}

    def adjoint_input_signal(self, points: Settled, adjoint: FloatArray, currents: FloatArray) -> FloatArray:
        """Return dC/dx of each sample, (batch, features)."""
        _, q = self._moved(points.values, points.features, points.states[0], adjoint)
        return np.asarray(-q @ self.matrices(points.values)[0])

    def _moved(self, values: Values, x: FloatArray, y: FloatArray, by: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return p, and how it moves as outputs do, each (batch, memories)."""
        p = self.activity(values, x, y)
        along = by @ self.matrices(values)[1].T
        return p, self.sharpness * p * (along - (p * along).sum(axis=1, keepdims=True))

    def circuit(self, values: Values) -> Circuit:
        """Return the network as a circuit, whose node voltages are outputs and activities; see `networks`."""
        return modern_circuit(*self.matrices(values), self.sharpness)
