"""Workers that die cost what they had in hand, and that is done again; the functions here run in their processes."""

import os
import signal
import time
from contextlib import closing
from pathlib import Path

from waiting import is_running, wait_until

from ebana_like.cluster import Cluster, share


def die(item):
    """Note the attempt; the item that is told to dies as often as it says."""
    folder, name, deaths = item
    with Path(folder, name).open("a") as file:
        file.write(f"{os.getpid()}\n")
    if attempts(folder, name) <= deaths:
        os.kill(os.getpid(), signal.SIGKILL)
    return name


def attempts(folder, name):
    return len(Path(folder, name).read_text().splitlines())


def test_what_kills_its_workers_is_lost_and_no_other_is_and_no_process_stays(tmp_path, capfd):
    deaths = {"0": 99, "1": 0, "2": 1, "3": 0, "4": 0, "5": 0}
    items = [(str(tmp_path), name, count) for name, count in deaths.items()]
    with closing(share(die, items, Cluster(2))) as outcomes:
        found = {outcome.item[1]: outcome for outcome in outcomes}
    assert {name: outcome.result for name, outcome in found.items()} == {name: name for name in deaths} | {"0": None}
    assert found["0"].lost
    assert found["0"].reason.startswith("its worker died 4 times, at last with nothing beside it")
    assert attempts(tmp_path, "0") == 4
    assert attempts(tmp_path, "2") >= 2
    used = {int(line) for name in deaths for line in Path(tmp_path, name).read_text().split()}
    assert os.getpid() not in used
    assert not any(map(is_running, used))
    assert capfd.readouterr().err == ""


def hang(folder):
    Path(folder, str(os.getpid())).touch()
    time.sleep(600)


def test_closing_ends_processes_in_the_middle_of_their_items(tmp_path):
    running = share(hang_or_return, [(str(tmp_path), number) for number in range(2)], Cluster(2))
    assert next(running).result == 0
    wait_until(lambda: list(tmp_path.iterdir()))
    began = time.monotonic()
    running.close()
    (process,) = [int(path.name) for path in tmp_path.iterdir()]
    assert not is_running(process)
    assert time.monotonic() - began < 60  # not as long as the item would take


def hang_or_return(item):
    folder, number = item
    return number if number == 0 else hang(folder)
