"""The same networks are trained in every way, and each way has its time."""

import pytest

from ebana_like.bench import steps


@pytest.mark.thorough
def test_every_way_trains_and_has_its_time(monkeypatch):
    monkeypatch.setattr(steps, "NETWORKS", {"small": ((8,), 10, 40)})
    timings = steps.bench_steps("small", rounds=1)
    assert [timing.way for timing in timings] == list(steps.WAYS)
    assert all(timing.median > 0 for timing in timings)
