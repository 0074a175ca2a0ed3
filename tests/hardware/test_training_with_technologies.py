"""Circuits learn with every technology, in batches and in stretches alike, and go on with the same bits."""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.hardware import TECHNOLOGIES, Cell, Ideal, Verified, technology_named
from ebana_like.runs import Checkpoint, load_newest, save_checkpoint
from ebana_like.runs.assembly import technology_of
from ebana_like.simulators import NativeSimulator, NgspiceSimulator
from ebana_like.tasks import TASKS
from ebana_like.training import Callback, Interrupted, train
from ebana_like.training import loop as loops
from ebana_like.training.stretch import stretches_of


def problem(name="xor", **changes):
    task = TASKS[name]
    return task.problem(replace(task.settings, stop_loss=0.0, **{"engine": "native", **changes}))


class Stop(Callback):
    def __init__(self, step):
        self.step = step

    def on_batch(self, progress):
        if progress.steps == self.step:
            raise KeyboardInterrupt


def same(one, other):
    assert one.keys() == other.keys()
    for name, array in one.items():
        np.testing.assert_array_equal(array, other[name])


DEVICES = [
    *((name, "") for name in TECHNOLOGIES if name != "measured"),
    ("ecram", "rounding=kept"),
    ("reram-array-om", "verify.tries=3"),
    ("ecram", "transfer.every=2"),
    ("reram-es", "transfer.every=2,transfer.chop=0.3,transfer.averaged=0.5"),
    ("reram-array-hfo2", "transfer.buffered=false"),
    ("pcm", "pair.upper=0.6"),
    ("reram-es", "pair.lower=0.1,rounding=kept"),
    ("capacitor", "cell.devices=3,rounding=kept"),
]
"""Every technology, and what can be put around one."""


def law_of(name):
    return type(getattr(TECHNOLOGIES[name], "law", TECHNOLOGIES[name]))


FIRST = {law_of(name): name for name, _ in reversed(DEVICES)}
COMPILED = [
    device if device[1] or device[0] in FIRST.values() else pytest.param(*device, marks=pytest.mark.thorough)
    for device in DEVICES
]
"""One technology of each law is enough where each is compiled anew and not all are asked for."""

BATCHED = [
    pytest.param(*each, marks=pytest.mark.thorough) if law_of(each[0]) is Cell and each[0] != FIRST[Cell] else each
    for each in DEVICES
]
"""One preset of several devices a value is enough too: the others are made of those that are here by themselves."""


@pytest.mark.parametrize(("name", "options"), COMPILED)
def test_training_goes_on_with_the_same_bits_in_the_middle_of_an_epoch(name, options, tmp_path):
    given = problem(epochs=3, batch=1, technology=name, technology_options=options, seed=3, checkpoint_batches=1)
    engine = NativeSimulator(given.circuit)
    whole = train(given, engine, callbacks=[Stop(100)])
    assert all(np.isfinite(each).all() for each in (*whole.values.values(), *whole.update_state.values()))
    with pytest.raises(Interrupted) as stopped:
        train(given, engine, callbacks=[Stop(6)])
    save_checkpoint(tmp_path, Checkpoint(stopped.value.progress, {}))
    kept = load_newest(tmp_path, print).progress
    assert kept.batch == 2
    again = train(given, NativeSimulator(given.circuit), kept, callbacks=[Stop(100)])
    same(again.values, whole.values)
    same(again.update_state, whole.update_state)


@pytest.fixture(scope="module")
def crews():
    """Two engines of two workers each, of which the second has seen nothing that the first has."""
    circuit = problem().circuit
    with NgspiceSimulator(circuit, 2) as first, NgspiceSimulator(circuit, 2) as second:
        yield first, second


@pytest.mark.parametrize(("name", "options"), BATCHED)
def test_so_it_does_beside_noisy_sensors_and_two_workers(name, options, crews):
    sensors = {"readout": "bits=12,noise=1e-4,offset=1e-3", "beta": 1e-5, "engine": "ngspice", "workers": 2}
    devices = {"technology": name, "technology_options": options, "seed": 3}
    given = problem(epochs=2, batch=2, checkpoint_batches=1, **devices, **sensors)
    whole = train(given, crews[0], callbacks=[Stop(100)])
    with pytest.raises(Interrupted) as stopped:
        train(given, crews[0], callbacks=[Stop(3)])
    kept = stopped.value.progress
    assert kept.batch == 1
    again = train(given, crews[1], kept, callbacks=[Stop(100)])
    same(again.values, whole.values)
    same(again.update_state, whole.update_state)


@pytest.mark.parametrize(
    ("update", "options"), [("sgd", "rounding=kept,write_noise=0.02,stuck_low=0.05"), ("momentum", "transfer.every=2")]
)
def test_stretches_are_batches(update, options, monkeypatch):
    """The same devices draw the same wherever the engine keeps them, among elements that only fill its arrays."""
    changes = {"technology": "ecram", "technology_options": options, "update": update, "epochs": 2, "batch": 20}
    given = problem("iris", **changes, test=0.0)
    engine = NativeSimulator(given.circuit)
    assert stretches_of(given, engine) is not None
    together = train(given, engine)
    monkeypatch.setattr(loops, "stretches_of", lambda *_: None)
    one_by_one = train(given, engine)
    for at, values in one_by_one.values.items():
        np.testing.assert_allclose(together.values[at], values, rtol=0, atol=1e-12)  # of 1e-4 S
    assert together.update_state.keys() == one_by_one.update_state.keys()
    step = technology_named("ecram").step  # pulses left over are counted in singles: compared as parts of the range
    for name, array in one_by_one.update_state.items():
        unit = step if name.startswith("devices/left/") else 1.0
        np.testing.assert_allclose(unit * together.update_state[name], unit * array, rtol=1e-6, atol=1e-8)


def test_a_named_technology_has_options_and_the_seed_of_the_settings():
    settings = replace(TASKS["xor"].settings, technology="ecram", technology_options="law.up=0.2,most=5", seed=7)
    found = technology_of(settings)
    assert (found.law.up, found.law.down, found.most, found.step, found.seed) == (0.2, 0.5085, 5, 0.001, 7)
    verified = technology_named("ecram", {"verify.tolerance": 0.02})
    assert type(verified) is Verified
    assert (verified.tolerance, verified.tries, verified.inner.step) == (0.02, 10, 0.001)
    assert type(technology_named("ideal")) is Ideal


@pytest.mark.parametrize("name", ["ecram", "levels"])
def test_xor_is_learned(name):
    given = problem(epochs=60, technology=name)
    losses = [record.train.loss for record in train(given, NativeSimulator(given.circuit)).records]
    assert losses[-1] < 0.3 * losses[0]
