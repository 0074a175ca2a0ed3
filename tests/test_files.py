"""A file is replaced whole or not at all, also on a full disk."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ebana_like.errors import RunError
from ebana_like.files import place, read_file, write_atomically
from ebana_like.netlist import Netlist, load_netlist, save_netlist, write_netlist

ON_A_DISK_OF_1000_BYTES = """
import resource, signal, sys
from pathlib import Path
from ebana_like.errors import RunError
from ebana_like.netlist import Netlist, save_netlist
from ebana_like.networks import Crossbar, Inputs, OutputPairs, build_network

circuit = build_network([Inputs(4), Crossbar(10), Crossbar(2), OutputPairs()])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    save_netlist(Netlist(circuit), Path(sys.argv[1]))
except RunError as error:
    print(error)
"""


def only_file_in(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def test_a_saved_netlist_is_loaded_again(divider, tmp_path):
    path = tmp_path / "net.cir"
    path.write_text("old")
    save_netlist(Netlist(divider), path)
    assert only_file_in(tmp_path) == path
    assert write_netlist(load_netlist(path)) == path.read_text()


def test_a_disk_that_fills_up_while_writing_keeps_the_old_netlist(tmp_path):
    path = tmp_path / "net.cir"
    path.write_text("old")
    command = [sys.executable, "-c", ON_A_DISK_OF_1000_BYTES, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"cannot write {path}: File too large; what stood there before is kept")
    assert only_file_in(tmp_path).read_text() == "old"


def test_a_disk_without_room_keeps_the_old_file(tmp_path):
    path = tmp_path / "net.cir"
    path.write_text("old")

    def pieces():
        yield b"new"
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(RunError, match="No space left on device"):
        write_atomically(path, pieces())
    assert only_file_in(tmp_path).read_text() == "old"


@pytest.mark.parametrize(
    ("place", "reason"),
    [("missing/net.cir", "No such file"), ("file/net.cir", "Not a directory"), ("folder", "Is a directory")],
)
def test_a_place_where_no_file_can_stand_is_named(place, reason, tmp_path):
    (tmp_path / "file").write_text("old")
    (tmp_path / "folder").mkdir()
    with pytest.raises(RunError, match=f"cannot write {tmp_path / place}: {reason}"):
        write_atomically(tmp_path / place, "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_what_is_read_is_a_plain_file_of_limited_size_inside_a_folder(tmp_path, monkeypatch):
    folder, outside = tmp_path / "mine", tmp_path / "secret"
    folder.mkdir()
    outside.write_bytes(b"secret")
    (folder / "data").write_bytes(b"12345678")
    (folder / "link").symlink_to("data")
    (folder / "out").symlink_to(outside)
    (folder / "circle").symlink_to("circle")
    os.mkfifo(folder / "pipe")
    assert (
        read_file(folder / "data", "config_bytes")
        == read_file(folder / "link", "config_bytes", inside=[folder])
        == b"12345678"
    )
    assert read_file(folder / "out", "config_bytes") == b"secret"
    monkeypatch.setenv("EBANA_MOST_CONFIG_BYTES", "7")
    for name, reason in {
        "data": "it has 8 bytes; more than 7 are taken for a mistake",
        "out": "it lies outside",
        "../secret": "it lies outside",
        "pipe": "no plain file",
        ".": "Is a directory",
        "none": "No such file",
        "circle": "",
        "a\0b": "not one a file can have",
    }.items():
        with pytest.raises(RunError, match=rf"^cannot read .*{reason}"):
            read_file(folder / name, "config_bytes", inside=[folder])
    for device in ("/dev/null", "/dev/zero"):
        with pytest.raises(RunError, match="no plain file"):
            read_file(Path(device), "config_bytes")


def test_a_file_put_in_the_place_of_the_one_that_was_checked_is_not_read(tmp_path, monkeypatch):
    """The link comes between the check of the name and the opening, where `os.open` is."""
    folder, outside = tmp_path / "mine", tmp_path / "secret"
    for made in (folder / "sub", outside):
        made.mkdir(parents=True)
    (folder / "sub" / "data").write_bytes(b"mine")
    (outside / "data").write_bytes(b"secret")
    opened = os.open

    def swapped(path, flags):
        (folder / "sub").rename(folder / "away")
        (folder / "sub").symlink_to(outside)
        return opened(path, flags)

    monkeypatch.setattr(os, "open", swapped)
    with pytest.raises(RunError, match="it lies outside"):
        read_file(folder / "sub" / "data", "config_bytes", inside=[folder])


def test_a_file_that_grows_while_it_is_read_is_read_no_further_than_allowed(tmp_path, monkeypatch):
    (tmp_path / "log").write_bytes(b"1234")
    found = os.fstat

    def grows(descriptor):
        result = found(descriptor)
        (tmp_path / "log").write_bytes(b"1234567890")
        return result

    monkeypatch.setattr(os, "fstat", grows)
    monkeypatch.setenv("EBANA_MOST_CONFIG_BYTES", "8")
    with pytest.raises(RunError, match="more than 8 are taken for a mistake"):
        read_file(tmp_path / "log", "config_bytes")


def test_files_about_several_things_may_go_to_one_folder(tmp_path, monkeypatch):
    run, other, out = tmp_path / "iris.2", tmp_path / "iris.3", tmp_path / "new" / "out"
    run.mkdir()
    other.mkdir()
    netlist = tmp_path / "my.cir"
    netlist.write_text("")
    assert place(run, None).file("power.csv") == run / "power.csv"
    assert place(netlist, None).file("power.csv") == tmp_path / "my-power.csv"
    place(run, out)
    assert not out.exists()  # before something is to be written
    sent = [place(about, out).file("power.csv").name for about in (run, other, netlist)]
    assert sent == ["iris.2-power.csv", "iris.3-power.csv", "my-power.csv"]
    assert out.is_dir()
    monkeypatch.chdir(run)
    assert place(Path(), out).file("power.csv") == out / "iris.2-power.csv"


def test_a_place_in_which_no_folder_can_be_made_is_named_before_anything_is_computed(tmp_path):
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file", tmp_path / "file" / "deeper"):
        with pytest.raises(RunError, match=f"{tmp_path}/file is no folder, and files are to go to {out}"):
            place(tmp_path, out)
