"""Every item is answered once, here or by a cluster's workers, whatever becomes of the others."""

import os
import re
import threading
import time
from contextlib import closing

import pytest

from ebana_like.cluster import Cluster, answers, in_order, share
from ebana_like.errors import ClusterError, SettingError, TrainingError


def square(number):
    return number**2


def thread_of(item):
    time.sleep(0.01)
    return threading.current_thread().name


def divide(number):
    if number < 0:
        raise TrainingError(f"{number} is below zero")
    return 1 / number


class HardError(Exception):
    """One that cannot be sent."""

    def __init__(self, a, b):
        super().__init__(f"{a} and {b}")
        self.lock = threading.Lock()


def fail_hard(number):
    raise HardError(number, 2)


def add(base, number):
    return base["value"] + number, id(base)


@pytest.fixture(params=["here", "threads"])
def on(request):
    return Cluster() if request.param == "here" else request.getfixturevalue("cluster")


def outcomes(work, items, on, *given):
    with closing(share(work, items, on, *given)) as found:
        return {outcome.item: outcome for outcome in found}


def test_every_item_has_its_result(on):
    found = outcomes(square, range(20), on)
    assert {item: outcome.result for item, outcome in found.items()} == {number: number**2 for number in range(20)}
    assert outcomes(square, [], on) == {}


def test_an_item_may_depend_on_what_came_of_others(on):
    found = []

    def asked():
        for number in range(10):
            assert len(found) >= number - 2  # no more are out than there are workers
            yield number

    for outcome in share(square, asked(), on, at_once=False):
        found.append(outcome.result)
    assert sorted(found) == [number**2 for number in range(10)]


def test_results_come_in_the_order_of_their_items_and_are_counted(on):
    counted = []
    assert in_order(square, range(20, 0, -1), on, watch=counted.append) == [n**2 for n in range(20, 0, -1)]
    assert counted == list(range(1, 21))


def test_one_worker_is_this_process_and_several_share(cluster):
    assert {outcome.result for outcome in share(thread_of, range(6), Cluster())} == {threading.current_thread().name}
    used = {outcome.result for outcome in share(thread_of, range(20), cluster)}
    assert 1 <= len(used) <= 2
    assert threading.current_thread().name not in used


def test_an_exception_fails_its_item_and_says_why(on):
    found = outcomes(divide, [-1, 0, 4], on)
    assert (found[4].result, found[4].reason) == (0.25, "")
    assert isinstance(found[-1].error, TrainingError)
    assert (found[-1].result, found[-1].reason) == (None, "-1 is below zero")
    assert found[0].reason == "ZeroDivisionError: division by zero"
    assert not any(outcome.lost for outcome in found.values())


def test_the_first_that_fails_is_raised_where_all_are_wanted(on):
    with pytest.raises(TrainingError, match="-2 is below zero"):
        in_order(divide, [1, -2, 3], on)


def test_an_exception_that_cannot_be_sent_is_told_in_words(on):
    assert outcomes(fail_hard, [1], on)[1].reason == "HardError: 1 and 2"


def test_what_all_items_have_in_common_is_there_once(on):
    found = [outcome.result for outcome in share(add, range(10), on, {"value": 10})]
    assert sorted(value for value, _ in found) == list(range(10, 20))
    assert len({place for _, place in found}) <= 2  # workers


def test_a_worker_of_another_version_is_refused(cluster, monkeypatch):
    here, caller = answers.versions(), threading.current_thread()

    def found():
        return here if threading.current_thread() is caller else {**here, "numpy": "1.0"}

    for module in ("answers", "scheduled"):
        monkeypatch.setattr(f"ebana_like.cluster.{module}.versions", found)
    with pytest.raises(ClusterError, match=rf"a worker has numpy 1.0 instead of {here['numpy']}; install the same"):
        in_order(square, [1], cluster)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("nowhere", "missing port number"),
        ("http://host:80", "unknown address scheme 'http'"),
        ("tcp://127.0.0.1:1", "Timed out"),
    ],
)
def test_where_no_scheduler_answers_is_said_in_a_line(address, reason, monkeypatch, capfd):
    monkeypatch.setattr("ebana_like.cluster.scheduled.CONNECT_SECONDS", 0.2)
    with pytest.raises(ClusterError, match=rf"no Dask scheduler answers at {address} \({reason}"):
        in_order(square, [1], Cluster(address=address))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("workers", "address", "message"),
    [
        (0, "", "workers is 0; give at least 1"),
        (2, "tcp://a:1", "a cluster has its own workers, so give one of the two"),
    ],
)
def test_workers_that_cannot_be_meant_are_refused(workers, address, message):
    with pytest.raises(SettingError, match=message):
        Cluster(workers, address)


def test_what_a_person_should_know_of_a_cluster_is_told(scheduler):
    told = []
    assert in_order(os.path.basename, ["a/b"], Cluster(address=scheduler, tell=told.append)) == ["b"]
    assert len(told) == 1
    assert re.fullmatch(rf"cluster at {scheduler}: 2 workers; dashboard http://localhost:\d+/status", told[0])
