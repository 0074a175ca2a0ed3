"""A technology is one file: devices that move in pulses of their own sizes, up and down, with noise in every pulse."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from ebana_like.elements import dense
from ebana_like.hardware import Technology
from ebana_like.learning import SGD
from ebana_like.tasks import TASKS
from ebana_like.training import Callback, Interrupted, train

PULSES = 1000  # through the whole range


@dataclass(frozen=True)
class Pulsed(Technology):
    """As many pulses as fit into the wanted step, each of its device's own size; the rest is kept for later."""

    spread: float = 0.3
    noise: float = 0.1

    def start(self, parameters):
        rng = np.random.default_rng(7)
        found = {}
        for address, parameter in parameters.items():
            n = len(parameter.value)
            found[f"{address}.up"], found[f"{address}.down"] = np.exp(self.spread * rng.normal(size=(2, n)))
            found[f"{address}.left"] = np.zeros(n)
        return found

    def move(self, address, parameter, value, direction, step, state, rng):
        pulse = parameter.span / PULSES
        wanted = state[f"{address}.left"] - step * dense(direction)
        count = np.trunc(wanted / pulse)
        size = np.where(count > 0, state[f"{address}.up"], state[f"{address}.down"])
        size = size * (1 + self.noise * rng.normal(size=len(value)) / np.sqrt(np.maximum(np.abs(count), 1)))
        moved = np.clip(value + count * pulse * size, parameter.low, parameter.high)
        return moved, {f"{address}.left": wanted - count * pulse}


def problem(**changes):
    task = TASKS["xor"]
    given = task.problem(replace(task.settings, epochs=40, stop_loss=0.0))
    return replace(given, technology=Pulsed(), update=SGD(0.5), **changes)


def test_xor_is_learned_with_it(engine_of):
    given = problem()
    done = train(given, engine_of(given.circuit))
    pulse = 1e-4 / PULSES
    assert done.records[-1].train.loss < 0.5 * done.records[0].train.loss
    for address, start in given.circuit.values().items():
        moves = np.abs(done.values[address] - start)
        assert ((moves == 0) | (moves > 0.1 * pulse)).all(), "a device moves by pulses or not at all"


class Stop(Callback):
    def on_batch(self, progress):
        if progress.steps == 13:
            raise KeyboardInterrupt


def test_it_goes_on_with_the_same_bits(engine_of):
    given = problem(checkpoint_batches=1)
    engine = engine_of(given.circuit)
    whole = train(given, engine)
    engine.forget()
    with pytest.raises(Interrupted) as stopped:
        train(given, engine, callbacks=[Stop()])
    engine.forget()
    again = train(given, engine, stopped.value.progress)
    for address, value in whole.values.items():
        np.testing.assert_array_equal(again.values[address], value)
