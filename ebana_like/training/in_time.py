"""How does a circuit learn a course in time? Step by step, by a rule of `IN_TIME_RULES` and an update rule.

Conductances, capacitances and inductances are learned alike, as shares of themselves.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray, IntArray
from ebana_like.errors import CircuitError, SettingError, meant
from ebana_like.learning.in_time import CAPACITANCE, IN_TIME_RULES, INDUCTANCE, InTimeTask
from ebana_like.learning.updates.update import Update
from ebana_like.simulators import Simulator
from ebana_like.simulators.protocol import InTime
from ebana_like.values import Parameter, Range

WIDE = 100.0
"""By which factor a value may leave where it began, either way."""

MakeEngine = Callable[[Circuit], AbstractContextManager[Simulator]]


@dataclass(frozen=True, eq=False)
class InTimeEpoch:
    """A step of learning. cost: before it, volts squared seconds. circuit: as it was judged. scores: then."""

    number: int
    cost: float
    circuit: Circuit
    scores: FloatArray


def learn_in_time(
    circuit: Circuit,
    task: InTimeTask,
    rule: str,
    update: Update,
    epochs: int,
    engine: MakeEngine,
    trained: Mapping[str, IntArray] | None = None,
) -> Iterator[InTimeEpoch]:
    """Yield every epoch, the last one with what was learned.

    rule: a name of `IN_TIME_RULES`. engine: makes what follows the circuit. trained: numbers of the elements that
    learn, by address, all that the rule sees where it is None. Gradients count as shares of the first one's size.
    Raises CircuitError where the circuit does not learn by the rule, SettingError for what is not there.
    """
    if rule not in IN_TIME_RULES:
        raise SettingError(f'there is no rule "{rule}"; {meant(rule, IN_TIME_RULES)}')
    if reason := IN_TIME_RULES[rule].refusal(circuit):
        raise CircuitError(f"{reason}; learn by backwards, which takes every circuit")
    parameters: dict[str, Parameter] = {}
    state: Mapping[str, FloatArray] = {}
    first = 1.0
    for number in range(1, epochs + 1):
        with engine(circuit) as simulator:
            if not isinstance(simulator, InTime):
                raise SettingError("this engine does not follow circuits in time; take native or ngspice")
            found = IN_TIME_RULES[rule].gradient(simulator, task)
        yield InTimeEpoch(number, task.cost(found.scores), circuit, found.scores)
        gradients = {at: slope for at, slope in found.gradients.items() if trained is None or at in trained}
        if not gradients:
            raise SettingError(f"{rule} sees nothing of what is to learn; it sees {', '.join(found.gradients)}")
        values = {at: _held(circuit, at) for at in gradients}
        some = {at: _of(slope, None if trained is None else trained[at]) for at, slope in gradients.items()}
        if not parameters:
            first = float(np.sqrt(sum(((values[at] * slope) ** 2).sum() for at, slope in some.items()))) or 1.0
            parameters = {at: _parameter(value) for at, value in values.items()}
            state = update.start(parameters)
        values, state = update.step(parameters, values, {at: g / first for at, g in some.items()}, state, number)
        circuit = _holding(circuit, values)


def _held(circuit: Circuit, at: str) -> FloatArray:
    if at == CAPACITANCE:
        return circuit.storage.capacitors.capacitance
    return circuit.storage.inductors.inductance if at == INDUCTANCE else circuit.values()[at]


def _holding(circuit: Circuit, values: Mapping[str, FloatArray]) -> Circuit:
    stored = {at: value for at, value in values.items() if at in (CAPACITANCE, INDUCTANCE)}
    changed = circuit.with_values({at: value for at, value in values.items() if at not in stored})
    return replace(changed, storage=changed.storage.with_values(stored)) if stored else changed


def _parameter(value: FloatArray) -> Parameter:
    return Parameter(value, "", Range(float(value.min()) / WIDE, float(value.max()) * WIDE, logarithmic=True))


def _of(slopes: FloatArray, which: IntArray | None) -> FloatArray:
    if which is None:
        return slopes
    found = np.zeros_like(slopes)
    found[which] = slopes[which]
    return found
