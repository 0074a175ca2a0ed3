"""Links, pipes and devices under the names of files: nothing behind them is read, written, replaced or waited for."""

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ebana_like.errors import NetlistError, RunError, SettingError
from ebana_like.files import (
    TemporaryFolder,
    append,
    locked,
    make_folder,
    open_file,
    read_file,
    read_words,
    remove,
    remove_temporaries,
    write_atomically,
    write_given,
)

SECRET = "kept\n"


@pytest.fixture
def outside(tmp_path):
    """A folder with a file that belongs to somebody else, and one below it."""
    folder = tmp_path / "outside"
    (folder / "sub").mkdir(parents=True)
    (folder / "secret").write_text(SECRET)
    (folder / "sub" / ".name.123").write_text(SECRET)
    yield folder
    assert (folder / "secret").read_text() == SECRET
    assert (folder / "sub" / ".name.123").read_text() == SECRET
    assert sorted(path.name for path in folder.rglob("*")) == [".name.123", "secret", "sub"]


@pytest.fixture
def run(tmp_path):
    """A folder as it may be handed over."""
    folder = tmp_path / "run"
    folder.mkdir()
    return folder


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def linked(path, outside):
    path.symlink_to(outside / "secret")


def dangling(path, outside):
    path.symlink_to(outside / "new")


def pipe(path, outside):
    os.mkfifo(path)


def second_name(path, outside):
    path.hardlink_to(outside / "secret")


def folder(path, outside):
    path.mkdir()


@pytest.mark.parametrize("plant", [linked, dangling, pipe, folder])
@pytest.mark.parametrize("write", [write_atomically, append, write_given])
def test_what_is_no_plain_file_is_neither_followed_nor_replaced(plant, write, run, outside):
    plant(run / "name", outside)
    before = (run / "name").lstat()
    with pytest.raises(RunError, match=f"^cannot write {run}/name: [^\n]*$"):
        write(run / "name", "new")
    assert stat.S_IFMT((run / "name").lstat().st_mode) == stat.S_IFMT(before.st_mode)
    assert names_in(run) == ["name"]


def test_a_file_with_a_second_name_elsewhere_is_replaced_but_not_added_to(run, outside):
    second_name(run / "name", outside)
    with pytest.raises(RunError, match="by a second name"):
        append(run / "name", "new")
    write_atomically(run / "name", "new")
    assert (run / "name").read_text() == "new"


def test_the_name_of_the_file_beside_is_not_followed_either(run, outside):
    linked(run / f".name.{os.getpid()}", outside)
    write_atomically(run / "name", "new")
    assert names_in(run) == ["name"]


def test_a_folder_below_the_root_that_is_a_link_is_not_entered(run, outside):
    (run / "checkpoint").symlink_to(outside / "sub")
    path = run / "checkpoint" / ".name.123"
    for act in (
        lambda: write_atomically(path, "new", root=run),
        lambda: append(path, "new", root=run),
        lambda: remove(path, root=run),
        lambda: make_folder(path.parent, root=run),
        lambda: make_folder(path.parent / "deeper", root=run),
        lambda: remove_temporaries(path.parent, root=run),
    ):
        with pytest.raises(RunError, match="the folder checkpoint is a link to elsewhere"):
            act()


def test_folders_above_the_root_may_be_links(run, tmp_path):
    (tmp_path / "shortcut").symlink_to(run)
    root = tmp_path / "shortcut"
    make_folder(root / "a" / "b", root=root)
    write_atomically(root / "a" / "b" / "name", "new", root=root)
    assert (run / "a" / "b" / "name").read_text() == "new"


def test_removing_a_link_leaves_what_it_leads_to(run, outside):
    linked(run / "name", outside)
    remove(run / "name", root=run)
    remove(run / "name", root=run)
    assert names_in(run) == []


@pytest.mark.parametrize("plant", [linked, dangling, pipe, second_name, folder])
def test_a_lock_that_is_no_file_of_this_program_is_left_alone(plant, run, outside):
    plant(run / ".lock", outside)
    with pytest.raises(RunError, match=f"^cannot lock {run}/.lock: [^\n]*$"), locked(run):
        raise AssertionError


def test_a_file_of_somebody_else_is_no_lock(run):
    (run / ".lock").write_text("requests==2.0\n")
    with pytest.raises(RunError, match="no lock of this program"), locked(run):
        raise AssertionError
    assert (run / ".lock").read_text() == "requests==2.0\n"


def test_a_folder_has_one_owner_at_a_time(run):
    with locked(run), pytest.raises(RunError, match=f"process {os.getpid()} works in"), locked(run):
        raise AssertionError
    with locked(run):
        assert (run / ".lock").read_text() == str(os.getpid())


@pytest.mark.parametrize("name", ["/dev/zero", "/dev/stdin", "/dev/tty", "/dev/full"])
def test_devices_are_not_read(name, run):
    with pytest.raises(SettingError, match=f"^cannot read {name}: [^\n]*; expected a table$"):
        read_file(run / name, "config_bytes", SettingError, "expected a table")


def test_a_pipe_is_not_waited_for(run):
    os.mkfifo(run / "name")
    with pytest.raises(RunError, match="it is no plain file"):
        read_file(run / "name", "config_bytes")


def test_a_link_out_of_a_folder_is_not_read_where_that_matters(run, outside):
    linked(run / "name", outside)
    assert read_words(run / "name", "config_bytes") == SECRET
    with pytest.raises(RunError, match=f"it lies outside {run}"):
        read_file(run / "name", "config_bytes", inside=[run])
    (run / "inner").write_text("own")
    (run / "second").symlink_to("inner")
    assert read_file(run / "second", "config_bytes", inside=[run]) == b"own"


@pytest.mark.parametrize("error", [RunError, SettingError, NetlistError])
def test_a_file_is_read_up_to_a_limit_that_can_be_raised(error, run, monkeypatch):
    (run / "name").write_bytes(b"x" * 1001)
    monkeypatch.setenv("EBANA_MOST_CONFIG_BYTES", "1000")
    with pytest.raises(error, match=r"1,001 bytes; .* set the environment variable EBANA_MOST_CONFIG_BYTES=1001$"):
        read_file(run / "name", "config_bytes", error)
    monkeypatch.setenv("EBANA_MOST_CONFIG_BYTES", "1001")
    assert len(read_file(run / "name", "config_bytes")) == 1001


def test_a_file_without_a_size_of_its_own_is_read_up_to_the_limit():
    with pytest.raises(RunError, match="more than 64,000 are taken"):
        read_file(Path("/proc/kallsyms"), "config_bytes")


@pytest.mark.parametrize("name", ["a\0b", "x" * 300, "missing", "file/name"])
def test_a_name_that_no_file_has_is_told_in_a_line(name, run):
    (run / "file").write_text("")
    with pytest.raises(RunError, match=r"^cannot read [^\n]*: [^\n]+$"):
        open_file(run / name, "config_bytes")


def test_a_pipe_that_somebody_reads_is_written_into(run):
    os.mkfifo(run / "name")
    reader = os.open(run / "name", os.O_RDONLY | os.O_NONBLOCK)
    write_given(run / "name", "new")
    assert os.read(reader, 100) == b"new"
    os.close(reader)
    assert stat.S_ISFIFO((run / "name").stat().st_mode)
    with pytest.raises(RunError, match="nobody reads"):
        write_given(run / "name", "new")


def test_a_device_is_written_into_and_stays_one():
    write_given(Path("/dev/null"), "new")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    with pytest.raises(RunError, match="No space left on device"):
        write_given(Path("/dev/full"), "new")
    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)


@pytest.mark.parametrize("name", ["-", "/dev/stdout"])
def test_standard_output_is_written_into(name, capfdbinary):
    write_given(Path(name), "new")
    assert capfdbinary.readouterr().out == b"new"


def test_temporary_folders_of_killed_processes_are_removed(tmp_path):
    code = """if True:
        import os, signal, sys
        from ebana_like.files import TemporaryFolder
        folder = TemporaryFolder("test")
        print(folder.path, flush=True)
        if sys.argv[1:]:
            sys.stdin.read()
        os.kill(os.getpid(), signal.SIGKILL)
    """
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", code]
    left = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=False).stdout.decode().strip()
    assert Path(left).is_dir()
    linked = tmp_path / "ebana-test-link"
    linked.symlink_to(left)
    with subprocess.Popen(
        [*command, "wait"], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as alive:
        held = alive.stdout.readline().strip()
        for path in (left, held):
            os.utime(path, (time.time() - 3600,) * 2)
        fresh = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=False).stdout.decode().strip()
        assert [Path(path).is_dir() for path in (left, held, fresh)] == [False, True, True]
        assert linked.is_symlink()
        alive.kill()


def test_a_temporary_folder_goes_with_its_owner():
    with TemporaryFolder("test") as folder:
        (folder.path / "file").write_text("")
    assert not folder.path.exists()
    forgotten = TemporaryFolder("test")
    path = forgotten.path
    del forgotten
    assert not path.exists()
