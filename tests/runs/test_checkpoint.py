"""A checkpoint comes back to the last bit, or is known to be damaged; never anything between."""

import hashlib
import json
import random
from dataclasses import replace

import numpy as np
import pytest

from ebana_like.errors import RunError
from ebana_like.learning import update_named
from ebana_like.runs import Checkpoint, load_newest, save_checkpoint
from ebana_like.training import train

ABOUT = {"task": "linear", "settings": {"lr": [0.1, 1 / 3]}, "data": "", "versions": {}}


@pytest.fixture
def reached(with_test_data, linear_simulator):
    """Every progress of a training with moments, on the way and at the end."""
    found = []

    class Keeper:
        def on_batch(self, progress):
            found.append(progress)

        def on_epoch(self, progress, record):
            found.append(progress)

    problem = replace(with_test_data, update=update_named("adam", 0.01))
    simulator = linear_simulator(problem.circuit, lost=problem.data.train.features[3])
    train(problem, simulator, callbacks=[Keeper()])
    return found


def same(one, other):
    """Two progresses agree in every bit of every number."""
    plain = [replace(p, values={}, update_state={}, best=None) for p in (one, other)]
    pairs = [(one.values, other.values), (one.update_state, other.update_state)]
    if one.best and other.best:
        pairs.append((one.best.values, other.best.values))
    return (
        repr(plain[0]) == repr(plain[1])
        and (one.best and one.best.epoch) == (other.best and other.best.epoch)
        and all(a.keys() == b.keys() and all(a[k].tobytes() == b[k].tobytes() for k in a) for a, b in pairs)
    )


def whole(text):
    raise AssertionError(text)


def test_progress_comes_back_as_it_was(reached, tmp_path):
    assert reached[-1].best
    assert any(progress.sums.messages for progress in reached)
    for k, progress in enumerate(reached):
        folder = tmp_path / str(k)
        save_checkpoint(folder, Checkpoint(progress, ABOUT))
        found = load_newest(folder, whole)
        assert same(found.progress, progress)
        assert found.about == ABOUT


def test_the_last_three_are_kept_and_the_newest_is_used(reached, tmp_path):
    for progress in reached:
        save_checkpoint(tmp_path, Checkpoint(progress, ABOUT))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"{number:010d}.{ending}" for number in (7, 8, 9) for ending in ("json", "safetensors")
    ]
    assert same(load_newest(tmp_path, whole).progress, reached[-1])


def test_where_there_is_no_checkpoint_none_is_found(tmp_path):
    assert load_newest(tmp_path / "none", whole) is None


def test_damaged_ones_are_named_and_passed_over_until_none_is_left(reached, tmp_path):
    for progress in reached[:3]:
        save_checkpoint(tmp_path, Checkpoint(progress, ABOUT))
    said = []
    (tmp_path / "0000000003.safetensors").write_bytes(b"")
    assert same(load_newest(tmp_path, said.append).progress, reached[1])
    (tmp_path / "0000000002.json").write_text("{")
    assert same(load_newest(tmp_path, said.append).progress, reached[0])
    (tmp_path / "0000000001.safetensors").unlink()
    with pytest.raises(RunError, match=f"every checkpoint in {tmp_path} is damaged"):
        load_newest(tmp_path, said.append)
    assert "0000000003.json is passed over: 0000000003.safetensors does not have the checksum it names" in said[0]
    assert "0000000002.json is passed over: it is not JSON" in said[2]
    assert "0000000001.safetensors: No such file or directory" in said[-1]


def test_a_checkpoint_of_another_version_is_not_read(reached, tmp_path):
    save_checkpoint(tmp_path, Checkpoint(reached[0], ABOUT))
    save_checkpoint(tmp_path, Checkpoint(reached[1], ABOUT))
    path, said = tmp_path / "0000000002.json", []
    state = json.loads(path.read_text())["state"] | {"format": 3}
    path.write_text(json.dumps({"sha256": hashlib.sha256(json.dumps(state).encode()).hexdigest(), "state": state}))
    assert same(load_newest(tmp_path, said.append).progress, reached[0])
    assert said[0].endswith("it has format 3; this version reads 1 and 2")


def damaged(content, rng):
    """Return a file's content with something done to it that disks and people do."""
    at = rng.randrange(len(content))
    length = rng.randrange(1, 64)
    return rng.choice(
        [
            content[:at],
            content[:at] + bytes([content[at] ^ 1 << rng.randrange(8)]) + content[at + 1 :],
            content[:at] + bytes(min(length, len(content) - at)) + content[at + length :],
            content[:at] + rng.randbytes(length) + content[at:],
            content[:at] + content[at + length :],
        ]
    )


@pytest.mark.parametrize("ending", ["json", "safetensors"])
def test_random_damage_is_passed_over_in_one_line_or_changes_nothing(ending, reached, tmp_path):
    """What changes nothing is white space between the values of the JSON file."""
    for progress in reached[:2]:
        save_checkpoint(tmp_path, Checkpoint(progress, ABOUT))
    path, rng, passed = tmp_path / f"0000000002.{ending}", random.Random(0), 0
    content = path.read_bytes()
    for _ in range(250):
        path.write_bytes(damaged(content, rng))
        said = []
        found = load_newest(tmp_path, said.append).progress
        assert same(found, reached[0] if said else reached[1])
        assert len(said) <= 1
        assert "\n" not in "".join(said)
        passed += len(said)
    assert passed > 200
    path.write_bytes(content)
    assert same(load_newest(tmp_path, whole).progress, reached[1])


def test_numbers_of_the_json_file_are_read_by_other_programs(reached, tmp_path):
    save_checkpoint(tmp_path, Checkpoint(reached[-1], ABOUT))
    state = json.loads((tmp_path / "0000000009.json").read_text())["state"]
    assert (state["epoch"], state["batch"], state["steps"]) == (3, 0, 9)
    assert [record["epoch"] for record in state["records"]] == [1, 2, 3]
    assert np.isclose(state["records"][0]["train"]["loss"], reached[-1].records[0].train.loss, rtol=0)
