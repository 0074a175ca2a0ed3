"""How is a circuit's course in time a function that JAX differentiates? By its values, and by what it holds at first.

The derivative of a course is another course in reversed time: every step's matrix transposed, the charges carried back
(Algorithm 1 of the Neural-ODE paper, for the steps that were taken). Newton's method at the diodes is differentiated by
the theorem of implicit functions, everything else step by step.
"""

from collections.abc import Callable, Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array

from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray, IntArray
from ebana_like.elements.constants import GMIN
from ebana_like.elements.diode import junction
from ebana_like.elements.junction_charge import JunctionCharge, junction_charge
from ebana_like.errors import SettingError
from ebana_like.simulators.native.courses.march import Held, Ports, Sources, march
from ebana_like.simulators.native.courses.ported import beside
from ebana_like.simulators.native.courses.schedule import schedule
from ebana_like.simulators.native.courses.time_equations import time_equations
from ebana_like.simulators.native.runtime import as_jax
from ebana_like.simulators.protocol import held_values
from ebana_like.systems import Transient, stimuli
from ebana_like.values import Values, parts

CAPACITANCES = "capacitors.capacitance"

CourseFunction = Callable[[Mapping[str, Any], Any], Array]


def course_function(
    circuit: Circuit, analysis: Transient, features: FloatArray, driven: Values | None = None
) -> CourseFunction:
    """Return node voltages in time as a function of values and of the start, in doubles.

        course = course_function(circuit, Transient.even(1e-6, 200), features)
        course({"crossbar1.conductance": g1, "capacitors.capacitance": c}, start)   # (batch, times, nodes), volts

    Values are conductances of resistors, (n,) by address, siemens, and the capacitances, farads; what is left out keeps
    the circuit's own. start: node voltages at the first time, (batch, nodes), volts; inductors begin without current.
    features, driven: as for `InTime.follow`. Doubles must be on (`jax.config.update("jax_enable_x64", True)`).

    Raises CircuitError for elements whose course is not known here, SettingError for values that are no conductances.
    """
    held = held_values(circuit, {})
    fixed = time_equations(circuit, held)
    sources = stimuli(circuit, held, features, driven or {}, analysis.times)
    volts, amperes = zip(*(sources.at(k) for k in range(len(analysis.times))), strict=True)
    x = np.concatenate([np.stack(volts), np.stack(amperes)], axis=2)  # (times, batch, sources)
    at, plan, count = fixed.unknowns, schedule(analysis), len(circuit.nodes)
    y = np.array(beside(fixed))

    def matrices(values: Mapping[str, Any]) -> tuple[Any, Any]:
        """Return the equations' matrices under values, and C of all of V."""
        seen, stored = (jnp.asarray(part) for part in (fixed.conducted, fixed.stored))
        for address, value in values.items():
            if address == CAPACITANCES:
                own = circuit.storage.capacitors
                ends, rows = _incidence(own.positive, own.negative, fixed.size), own.capacitance
                stored = stored + (ends.T * (value - rows)) @ ends
                continue
            bank = circuit.addressed(address)
            if parts(address)[1] != bank.programmed:
                raise SettingError(
                    f"{address} is no conductance and no capacitance, by which courses are differentiated"
                )
            ends = _incidence(bank.positive, bank.negative, fixed.size)
            seen = seen + (ends.T * (value - circuit.value(address))) @ ends
        S, T = (seen @ fixed.known)[at] + fixed.pushed[at], (stored @ fixed.known)[at]
        changed: dict[str, Any] = {"G": seen[at][:, at], "C": stored[at][:, at], "S": S, "T": T}
        return fixed.matrices._replace(**changed), stored

    def function(values: Mapping[str, Any], start: Any) -> Array:
        if jnp.result_type(float) != jnp.float64:
            raise SettingError('courses need doubles; begin with jax.config.update("jax_enable_x64", True)')
        own, stored = matrices(values)
        laws = fixed.junctions
        charges = JunctionCharge(*(part[:, None] for part in laws.charge))
        ports = Ports(laws.saturation[:, None], laws.scale[:, None], charges)
        begin = jnp.zeros((len(start), fixed.size)).at[:, :count].set(start)
        v = jnp.asarray(fixed.drop_of) @ begin.T
        charge = junction_charge(v, junction(v, ports.saturation, ports.scale)[0] - GMIN * v, charges)
        first = plan.steps.a[0]
        memory = first * (stored[at] @ begin.T)
        held_first = Held(memory, first * charge, v, jnp.zeros_like(v), jnp.zeros_like(v), jnp.ones(len(start), bool))
        every = Sources(*(jnp.einsum("rs,tbs->trb", side, x[1:]) for side in (own.S, own.T, own.P)))
        u, good = march(own, ports, as_jax(plan.different), as_jax(y), plan.steps, every, held_first)
        whole = jnp.asarray(x[1:] @ fixed.known.T).at[..., at].set(u.transpose(0, 2, 1))
        whole = jnp.where(good[..., None], whole, jnp.nan)
        return jnp.concatenate([start[None], whole[..., :count]]).transpose(1, 0, 2)

    return function


def _incidence(positive: IntArray, negative: IntArray, size: int) -> FloatArray:
    """Return +1 and -1 at the ends of elements, (elements, size); ground has none."""
    found = np.zeros((len(positive), size))
    found[np.arange(len(positive)), positive] += 1.0
    found[np.arange(len(positive)), negative] -= 1.0
    found[:, 0] = 0.0
    return found
