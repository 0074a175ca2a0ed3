"""A process that dies costs only the item it had in hand; the functions here run in processes of their own."""

import os
import signal
import time
from contextlib import closing
from pathlib import Path

from waiting import wait_until

from ebana_like.errors import TrainingError
from ebana_like.sweeps.pool import TRIES, share


def square(number):
    return number**2


def process_of(item):
    return os.getpid()


def divide(number):
    if number < 0:
        raise TrainingError(f"{number} is below zero")
    return 1 / number


def die(item):
    """Note the attempt; the item that is told to dies as often as it says."""
    folder, name, deaths = item
    with Path(folder, name).open("a") as file:
        file.write(f"{os.getpid()}\n")
    if attempts(folder, name) <= deaths:
        os.kill(os.getpid(), signal.SIGKILL)
    return name


def hang(folder):
    Path(folder, str(os.getpid())).touch()
    try:
        time.sleep(600)
    finally:
        Path(folder, f"{os.getpid()} tidied up").touch()


def attempts(folder, name):
    return len(Path(folder, name).read_text().splitlines())


def outcomes(work, items, workers=2):
    with closing(share(work, items, workers)) as found:
        return {outcome.item: outcome for outcome in found}


def test_every_item_has_its_result():
    assert {item: outcome.result for item, outcome in outcomes(square, range(20)).items()} == {
        number: number**2 for number in range(20)
    }


def test_items_share_as_many_processes_as_asked_for():
    used = {outcome.result for outcome in outcomes(process_of, range(20)).values()}
    assert 1 <= len(used) <= 2
    assert os.getpid() not in used


def test_an_exception_fails_its_item_and_says_why():
    found = outcomes(divide, [-1, 0, 4])
    assert found[4].result == 0.25
    assert (found[-1].result, found[-1].reason) == (None, "-1 is below zero")
    assert found[0].reason == "ZeroDivisionError: division by zero"
    assert not any(outcome.lost for outcome in found.values())


def test_a_killed_process_costs_one_attempt_at_its_own_item(tmp_path):
    items = [(str(tmp_path), str(number), 1 if number == 3 else 0) for number in range(8)]
    found = outcomes(die, items)
    assert {outcome.result for outcome in found.values()} == {str(number) for number in range(8)}
    assert {number: attempts(tmp_path, str(number)) for number in range(8)} == {
        number: 2 if number == 3 else 1 for number in range(8)
    }


def test_an_item_that_kills_every_process_is_lost_and_the_others_are_not(tmp_path):
    items = [(str(tmp_path), str(number), 99 if number == 0 else 0) for number in range(4)]
    found = outcomes(die, items)
    assert found[items[0]].lost
    assert found[items[0]].reason == f"its process was killed by SIGKILL, {TRIES} times"
    assert attempts(tmp_path, "0") == TRIES
    assert [found[item].result for item in items[1:]] == ["1", "2", "3"]


def one_returns_and_one_hangs(item):
    folder, number = item
    return number if number == 0 else hang(folder)


def test_closing_ends_the_processes_which_tidy_up(tmp_path):
    running = share(one_returns_and_one_hangs, [(str(tmp_path), number) for number in range(2)], 2)
    assert next(running).result == 0
    wait_until(lambda: list(tmp_path.iterdir()))
    running.close()
    (process,) = [path.name for path in tmp_path.iterdir() if path.name.isdigit()]
    assert not Path("/proc", process).exists()
    assert Path(tmp_path, f"{process} tidied up").exists()
