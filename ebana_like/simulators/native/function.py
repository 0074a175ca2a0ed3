"""How is a circuit a function that JAX differentiates? Its scores, of conductances and features, with the adjoint.

Nothing is differentiated through Newton's method: at the operating point V, F(V, theta) = 0, and

    dC/dtheta = -lambda' dF/dtheta,   J' lambda = dC/dV,

one linear solve with the Jacobian at V, whatever the number of parameters. So the function composes with everything of
JAX: `jit`, `grad`, models of flax and equinox, optimizers of optax.
"""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ebana_like.circuit import Circuit
from ebana_like.elements import Devices, VoltageSources, WiredCrossbar
from ebana_like.errors import SettingError
from ebana_like.simulators.drive import free_drive
from ebana_like.simulators.native.compiled import evaluate
from ebana_like.simulators.native.compiled import settle as settle_general
from ebana_like.simulators.native.elements import Compilable, Drives, compilable
from ebana_like.simulators.native.equations import Equations
from ebana_like.simulators.native.layers.descent import adjoint_signals
from ebana_like.simulators.native.layers.layered import LayeredCircuit
from ebana_like.simulators.native.layers.network import Conductances, arriving_at, network, weights_of
from ebana_like.simulators.native.layers.outputs import injected, unpushed
from ebana_like.simulators.native.layers.outputs import scores as scores_of
from ebana_like.simulators.native.layers.settle import adjoint, guess, settle
from ebana_like.simulators.native.layers.skips import to_features
from ebana_like.simulators.native.newton import ITERATIONS
from ebana_like.simulators.structure import find_layers
from ebana_like.values import parts

CircuitFunction = Callable[[Mapping[str, Any], Any], Array]


def circuit_function(circuit: Circuit) -> CircuitFunction:
    """Return a circuit's free scores as a function of conductances and features that JAX differentiates and compiles.

        scores = circuit_function(circuit)
        scores({"crossbar1.conductance": g1}, x)   # (batch, outputs), volts; x: (batch, features), volts

    Conductances are siemens, (n,) by address; what is left out keeps the circuit's own. Samples without an
    operating point have NaN as their scores. Numbers are those of the features: doubles where the program has switched
    them on (`jax.config.update("jax_enable_x64", True)`), else singles, which layered networks alone can do with.

    Raises CircuitError for devices that only ngspice knows.
    """
    circuit.refuse(Devices, "only ngspice knows its law, and ngspice is no function of JAX")
    circuit.refuse(WiredCrossbar, "the lines of its crossbar are not solved in JAX; take a crossbar without wires")
    layers = find_layers(circuit)
    if layers is not None and layers.plain and all(crossbar.order is None for crossbar in layers.plain):
        return _layered(circuit, LayeredCircuit(circuit, layers))
    return _general(circuit)


def _layered(circuit: Circuit, layered: LayeredCircuit) -> CircuitFunction:
    layers, ports = layered.layers, layered.ports

    def arrays(like: Array) -> Any:
        return jax.tree.map(
            lambda a: jnp.asarray(a, like.dtype) if a.dtype.kind == "f" else a, (layered.neurons, ports)
        )

    @jax.custom_vjp
    def scores(g: Conductances, x: Array) -> Array:
        return forward(g, x)[0]

    def forward(g: Conductances, x: Array) -> tuple[Array, Any]:
        neurons, ports = arrays(x)
        net = network(neurons, ports, g)
        arriving = arriving_at(net, ports, weights_of(g), g.bias, x)
        settled = settle(net, arriving, unpushed(net, x, layered.switched), guess(net, arriving))
        o = jnp.where(settled.iterations[:, None] > 0, settled.voltages[-1], jnp.nan)
        return scores_of(ports, o), (g, x, settled.voltages)

    def backward(kept: Any, slopes: Array) -> tuple[Conductances, Array]:
        g, x, voltages = kept
        neurons, ports = arrays(x)
        net = network(neurons, ports, g)
        outputs = unpushed(net, x, layered.switched)._replace(injected=injected(net, slopes))
        mirrored = adjoint(net, outputs, voltages)
        share = -jnp.ones((len(x), 1), x.dtype)
        first, behind, feeds = adjoint_signals(net, share, 0.0, x, voltages, mirrored, g.behind)
        constant, products = first.constant[:, None], first.change.T @ x
        bias = constant - first.change.sum(axis=0)[:, None] * ports.biases
        fed = tuple(None if feed is None else each for feed, each in zip(g.feeds, feeds, strict=False))
        minus = constant + products if g.minus.shape[1] else g.minus
        of_features = -first.change @ weights_of(g)
        for k, seen in net.sources.items():
            of_features = of_features + to_features(neurons[k - 1].skipping, mirrored[k] @ seen, x.shape[1])
        return Conductances(constant - products, minus, bias, tuple(behind), fed), of_features

    scores.defvjp(forward, backward)
    counts = layered.side_counts
    sides = (layers.plus, layers.minus, layers.bias_rows)

    def function(values: Mapping[str, Any], features: Any) -> Array:
        x = jnp.asarray(features, jnp.result_type(float))
        _check(circuit, values, x)
        first, *others = (
            jnp.asarray(values.get(c.address, c.bank.conductance), x.dtype).reshape(c.columns, -1) for c in layers.plain
        )
        sizes = layered.sizes
        plus, minus, bias = (
            _filled(first[:, rows], sizes[0], count) for rows, count in zip(sides, counts, strict=True)
        )
        behind = tuple(
            _filled(g, *size) for g, size in zip(others, zip(sizes[1:], layered.rows, strict=True), strict=True)
        )
        feeds = jax.tree.map(lambda fed: jnp.asarray(fed, x.dtype), layered.feeds({}))
        found = scores(Conductances(plus, minus, bias, behind, feeds), _filled(x, len(x), layered.features))
        return found[:, : circuit.outputs.count]

    return function


def _filled(array: Array, rows: int, columns: int) -> Array:
    return jnp.pad(array, ((0, rows - array.shape[0]), (0, columns - array.shape[1])))


def _general(circuit: Circuit) -> CircuitFunction:
    equations = Equations(circuit)
    if not equations.is_compiled:
        raise SettingError("this circuit has elements whose law is not compiled; solve it with --engine native")
    arrays = compilable(equations)
    wiring, inputs, outputs = arrays.wiring, circuit.inputs, circuit.outputs
    at_inputs = _places(circuit, arrays)

    def placed(u: Array, sources: Array) -> Array:
        """Return V at unknowns u, with the nodes that sources decide."""
        pinned = equations.pinned_signs * sources[:, arrays.sources_at[equations.pinned_sources]]
        values = jnp.zeros((len(u), arrays.values), u.dtype).at[:, equations.pinned_nodes].set(pinned)
        return values.at[:, wiring.unknowns].add(jnp.where(wiring.is_real, u, 0))

    def equation(u: Array, g: Array, drives: Drives) -> tuple[Array, Array]:
        """Return by how much unknowns u miss the equations, and the Jacobian."""
        values = placed(u, drives.sources)
        drops = values[:, wiring.diodes[0]] - values[:, wiring.diodes[1]]
        left, _, jacobian = evaluate(wiring, arrays.laws._replace(g=g), drives, values, drops, jnp.zeros(()))
        return left, jacobian

    def read(u: Array, sources: Array) -> Array:
        values = placed(u, sources)
        return values[:, outputs.positive] - values[:, outputs.negative]

    @jax.custom_vjp
    def scores(g: Array, drives: Drives) -> Array:
        return forward(g, drives)[0]

    def forward(g: Array, drives: Drives) -> tuple[Array, Any]:
        points = len(drives.sources)
        start = placed(jnp.zeros((points, len(wiring.unknowns))), drives.sources)
        junctions = jnp.zeros((points, len(arrays.laws.scale)))
        laws = arrays.laws._replace(g=g)
        limit = jnp.asarray(ITERATIONS)
        found = settle_general(wiring, laws, drives, start, junctions, jnp.zeros(()), limit)
        u = jnp.where(found.done[:, None] & wiring.is_real, found.values[:, wiring.unknowns], jnp.nan)
        u = jnp.where(wiring.is_real, u, 0)
        return read(u, drives.sources), (u, g, drives)

    def backward(kept: Any, slopes: Array) -> tuple[Array, Drives]:
        u, g, drives = kept
        (into,) = jax.vjp(lambda v: read(v, drives.sources), u)[1](slopes)
        jacobian = equation(u, g, drives)[1]
        mirrored = jnp.linalg.solve(jacobian.transpose(0, 2, 1), into[..., None])[..., 0]

        def held(g: Array, drives: Drives) -> tuple[Array, Array]:
            return equation(u, g, drives)[0], read(u, drives.sources)

        found: tuple[Array, Drives] = jax.vjp(held, g, drives)[1]((-mirrored, slopes))
        return found

    scores.defvjp(forward, backward)

    def function(values: Mapping[str, Any], features: Any) -> Array:
        x = jnp.asarray(features, jnp.result_type(float))
        _check(circuit, values, x)
        if x.dtype != jnp.float64:
            raise SettingError(
                "this circuit is no layered network and needs double precision; switch it on at the program's start "
                'with jax.config.update("jax_enable_x64", True)'
            )
        g = jnp.asarray(arrays.laws.g)
        for address, value in values.items():
            g = g.at[arrays.flows_of[parts(address)[0]]].set(jnp.asarray(value, x.dtype))
        drives = arrays.drives(free_drive(circuit, np.zeros((1, inputs.count)), {}))
        points = len(x)
        sources = jnp.tile(drives.sources, (points, 1)).at[:, at_inputs].set(x[:, inputs.feature] * inputs.polarity)
        amperes, loads = (jnp.tile(part, (points, 1)) for part in (drives.amperes, drives.loads))
        return scores(g, Drives(amperes, sources, loads))

    return function


def _places(circuit: Circuit, arrays: Compilable) -> Any:
    """Return where the inputs' sources stand among the branches."""
    first = 0
    for bank in circuit.of_kind(VoltageSources):
        if bank.name == circuit.inputs.bank:
            break
        first += len(bank)
    return arrays.sources_at[first : first + len(circuit.inputs.feature)]


def _check(circuit: Circuit, values: Mapping[str, Any], features: Array) -> None:
    """Raise SettingError or CircuitError where arguments do not fit the circuit."""
    if features.ndim != 2 or features.shape[1] != circuit.inputs.count:
        raise SettingError(
            f"the features have shape {features.shape}; this circuit expects (batch, {circuit.inputs.count})"
        )
    for address, value in values.items():
        bank = circuit.addressed(address)
        if bank.programmed != parts(address)[1]:
            raise SettingError(f"{address} is no conductance; this function is differentiated by conductances alone")
        if np.shape(value) != (len(bank),):
            raise SettingError(f"{address} has shape {np.shape(value)}; give it one value for each of {len(bank)}")
