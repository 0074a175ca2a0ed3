"""Small files that would fill memory or take for ever: each is refused by one line, before it does."""

import gzip
import io
import json
import struct
import subprocess
import sys
import time
import zipfile

import pytest

from ebana_like.data.table import read_table
from ebana_like.errors import EbanaError, NetlistError, SettingError
from ebana_like.fitting.fit import prepare
from ebana_like.netlist import Netlist, save_netlist
from ebana_like.runs import Settings, load_config, load_newest, settings_in
from ebana_like.simulators import NgspiceSimulator
from ebana_like.tasks import TASKS
from ebana_like.tasks.images import load_images

SECONDS = 2.0
"""Of the processor; some take minutes, or for ever, when they are not refused."""

MEMORY = 1_000_000_000


def npy(shape, dtype="|u1", version=(1, 0), head=b""):
    """The header of an array."""
    text = head + repr({"descr": dtype, "fortran_order": False, "shape": shape}).encode() + b"\n"
    return b"\x93NUMPY" + bytes(version) + len(text).to_bytes(2 if version == (1, 0) else 4, "little") + text


def npz(**members):
    """An archive; members are bytes, or how many zeros there are in it, packed."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                if isinstance(member, int):
                    file.write(npy((member,)))
                    for _ in range(member // 10_000_000):
                        file.write(bytes(10_000_000))
                else:
                    file.write(member)
    return content.getvalue()


FINE = {"y_train": npy((1,)) + b"\0", "x_test": npy((1, 4)) + bytes(4), "y_test": npy((1,)) + b"\0"}

ARRAYS = {
    "a header of 20 GB": npz(x_train=npy((5_000_000, 4_000)) + bytes(100), **FINE),
    "a header of more than there is": npz(x_train=npy((2, 4)) + bytes(4), **FINE),
    "a negative size": npz(x_train=npy((-1, 4)) + bytes(4), **FINE),
    "huge sizes times nothing": npz(x_train=npy((2**62, 2**62, 0)), **FINE),
    "a packed gigabyte": npz(x_train=1_000_000_000, **FINE),
    "words of 1.6 GB": npz(x_train=npy((1,), "<U400000000") + bytes(16), **FINE),
    "objects": npz(x_train=npy((1,), "|O") + bytes(16), **FINE),
    "a header nested deeply": npz(x_train=npy((1,), head=b"(" * 4_000), **FINE),
    "a header of 60 kB": npz(x_train=npy((1,), head=b" " * 60_000), **FINE),
    "a long header of version 2": npz(x_train=npy((1,), version=(2, 0), head=b" " * 1_000_000), **FINE),
    "version 9": npz(x_train=npy((1,), version=(9, 0)), **FINE),
    "no zip": b"PK" + bytes(1000),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_an_archive_of_images_is_not_believed(name, tmp_path):
    path = tmp_path / "images.npz"
    path.write_bytes(ARRAYS[name])
    began = time.process_time()
    with pytest.raises(SettingError, match=r"^cannot read [^\n]*$"):
        load_images(Settings(data=str(path)), "nowhere", ("a", "b"))
    assert time.process_time() - began < SECONDS


def idx(*shape):
    return struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape)


PACKED = {
    "a gigabyte of zeros": gzip.compress(idx(1, 4) + bytes(200_000_000), 1) * 5,
    "sizes of 20 GB": gzip.compress(idx(5_000_000, 4_000) + bytes(100)),
    "sizes times nothing": gzip.compress(idx(2**32 - 1, 2**32 - 1, 0)),
    "more than there is": gzip.compress(idx(2, 4) + bytes(4)),
    "less than there is": gzip.compress(idx(1, 4) + bytes(5)),
    "255 sizes": gzip.compress(struct.pack(">HBB", 0, 8, 255) + bytes(1020)),
    "half of it": gzip.compress(idx(1, 4) + bytes(4))[:-12],
    "no gzip": b"\x1f\x8b" + bytes(100),
}


@pytest.mark.parametrize("name", PACKED)
def test_a_packed_file_of_images_is_not_believed(name, tmp_path):
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(PACKED[name])
    began = time.process_time()
    with pytest.raises(SettingError, match=r"^(cannot read|0 images came) [^\n]*$"):
        load_images(Settings(data=str(tmp_path)), "nowhere", ("a", "b"))
    assert time.process_time() - began < SECONDS


CONFIGS = {
    "a name of 50,000 parts": "a." * 50_000 + "a=1",
    "a table of 30,000 parts": "[" + "a." * 30_000 + "a]",
    "a name of 15,000 parts": "a." * 15_000 + "a=1",
    "lists in lists": "a=" + "[" * 30_000,
    "tables in tables": "a=" + "{a=" * 10_000,
    "a number of 60,000 digits": "a=" + "1" * 60_000,
    "100,000 names": "\n".join(f"k{k}=1" for k in range(100_000)),
    "no text": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_config_file_that_would_take_minutes_is_refused(name, tmp_path):
    path, content = tmp_path / "config.toml", CONFIGS[name]
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    began = time.process_time()
    with pytest.raises(SettingError, match=rf"^[^\n]*{path}[^\n]*$"):
        load_config(path)
    assert time.process_time() - began < SECONDS


def test_the_longest_names_that_are_read_take_no_time(tmp_path):
    (tmp_path / "config.toml").write_text("\n".join("a." * 500 + f"k{k}=1" for k in range(60)))
    began = time.process_time()
    assert load_config(tmp_path / "config.toml")
    assert time.process_time() - began < SECONDS


CHECKPOINTS = {
    "a header of 20 GB": struct.pack("<Q", 20_000_000_000) + b"{}",
    "a header of 90 MB": struct.pack("<Q", 90_000_000) + b" " * 1000,
    "a tensor of 20 GB": b'{"a":{"dtype":"F64","shape":[50000,50000],"data_offsets":[0,20000000000]}}',
    "a header nested deeply": b"[" * 100_000,
}


@pytest.mark.parametrize("name", CHECKPOINTS)
def test_a_checkpoint_is_not_believed(name, tmp_path):
    import hashlib

    tensors = CHECKPOINTS[name]
    if tensors[:1] in b"[{":
        tensors = struct.pack("<Q", len(tensors)) + tensors
    folder, said = tmp_path / "checkpoint", []
    folder.mkdir()
    body = json.dumps({"format": 1, "tensors": hashlib.sha256(tensors).hexdigest()})
    digest = hashlib.sha256(body.encode()).hexdigest()
    (folder / "0000000001.json").write_text(f'{{"sha256": "{digest}", "state": {body}}}')
    (folder / "0000000001.safetensors").write_bytes(tensors)
    (folder / "0000000000.json").write_text("[" * 200_000)
    (folder / "0000000000.safetensors").write_bytes(b"")
    began = time.process_time()
    with pytest.raises(EbanaError, match="every checkpoint in .* is damaged"):
        load_newest(folder, said.append)
    assert time.process_time() - began < SECONDS
    assert len(said) == 2
    assert all("\n" not in line for line in said)


PREDICTORS = {
    "words of 1.6 GB": {"dtype": "<U400000000", "array": ["a"]},
    "many words of 40 kB": {"dtype": "<U10000", "array": ["a"] * 10_000},
    "objects of python": {"dtype": "V2000000000", "array": [0]},
    "dates": {"dtype": "M8[s]", "array": [0]},
    "no type": {"dtype": "rubbish", "array": [0]},
    "lists in lists": "[" * 50_000,
}


@pytest.mark.parametrize("name", PREDICTORS)
def test_a_stored_predictor_is_not_believed(name, divider, tmp_path):
    from ebana_like.predictors.stored import KEY, read_stored

    table = PREDICTORS[name]
    text = table if isinstance(table, str) else json.dumps({"kind": "K", "low": table}, separators=(",", ":"))
    save_netlist(Netlist(divider, settings={KEY: text}), tmp_path / "p.cir")
    began = time.process_time()
    with pytest.raises(NetlistError, match=r"^[^\n]*its line of the predictor is damaged: [^\n]*$"):
        read_stored(tmp_path / "p.cir", "K")
    assert time.process_time() - began < SECONDS


CARRYING = ".end\n".join(["t\nv1 in 0 1\n" + "".join(f"r{k} in out 1k\n" for k in range(1000)) + "r out 0 1k\n", ""])

NAMED = {
    "a long pattern": {"train": "[a" * 40_000},
    "patterns without number": {"train": ",".join(f"r*{k}*?[" for k in range(10_000))},
    "a long name": {"train": "r" * 80_000},
    "the same input again and again": {"inputs": "v1," * 30_000},
    "unknown inputs": {"inputs": ",".join(f"v{k}" for k in range(30_000))},
    "outputs without number": {"outputs": "out," * 30_000},
    "an output of signs": {"outputs": "-" * 99_000},
    "an output of many parts": {"outputs": "a-" * 40_000},
}


@pytest.mark.parametrize("name", NAMED)
def test_names_in_a_netlist_that_would_take_minutes_are_refused(name, tmp_path):
    (tmp_path / "n.cir").write_text(CARRYING)
    (tmp_path / "t.csv").write_text("v1,out\n1,0.5\n2,1\n")
    given = {"data": str(tmp_path / "t.csv"), "inputs": "v1", "outputs": "out", **NAMED[name]}
    began = time.process_time()
    with pytest.raises(SettingError, match=r"^[^\n]{1,400}$"):
        prepare(tmp_path / "n.cir", given=given)
    assert time.process_time() - began < SECONDS


LISTS = {
    "layers": "hidden=[" + "5," * 30_000 + "]",
    "layers of nothing": "hidden=[" + "5," * 30_000 + "0]",
    "rates": "lr=[" + "1," * 30_000 + "]",
    "starts": "g_start=[" + "1," * 30_000 + "nan]",
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_without_end_is_refused(name, tmp_path):
    (tmp_path / "c.toml").write_text(LISTS[name])
    TASKS["xor"].problem(TASKS["xor"].settings)  # imports what a problem needs
    began = time.process_time()
    with pytest.raises(EbanaError, match=r"^[^\n]{1,400}$"):
        TASKS["xor"].problem(settings_in(load_config(tmp_path / "c.toml"), "settings", TASKS["xor"].settings, "c.toml"))
    assert time.process_time() - began < SECONDS


def test_thousands_of_resistors_may_be_named_one_by_one(tmp_path):
    (tmp_path / "n.cir").write_text(CARRYING)
    (tmp_path / "t.csv").write_text("v1,out\n1,0.5\n2,1\n")
    given = {"data": str(tmp_path / "t.csv"), "inputs": "v1", "outputs": "out"}
    prepared = prepare(tmp_path / "n.cir", given={**given, "train": ",".join(f"R{k}" for k in range(1000))})
    assert len(prepared.problem.circuit.values()["trained.conductance"]) == 1000


def test_a_table_of_many_columns_is_read_in_time_that_grows_with_it(tmp_path):
    names = [f"c{k}" for k in range(20_000)]
    (tmp_path / "t.csv").write_text("\n".join(",".join(row) for row in (names, ["1"] * 20_000)))
    table = read_table(str(tmp_path / "t.csv"))
    began = time.process_time()
    assert sum(float(table.numbers(name)[0]) for name in names) == 20_000
    assert time.process_time() - began < SECONDS


@pytest.mark.parametrize("workers", [10**6, 0, -1, 1.5, True, "2", float("nan")])
def test_a_number_of_processes_that_cannot_be_meant_is_refused(workers, divider):
    with pytest.raises(SettingError, match=r"^workers is [^\n]*$"):
        NgspiceSimulator(divider, workers=workers)


def test_nothing_of_this_takes_a_gigabyte(tmp_path):
    """All of the images at once, in a process whose memory is measured."""
    for k, content in enumerate(ARRAYS.values()):
        (tmp_path / f"{k}.npz").write_bytes(content)
    for k, content in enumerate(PACKED.values()):
        (tmp_path / str(k)).mkdir()
        (tmp_path / str(k) / "train-images-idx3-ubyte.gz").write_bytes(content)
    code = """if True:
        import sys
        from pathlib import Path
        from ebana_like.errors import SettingError
        from ebana_like.tasks.images import load_images
        from ebana_like.runs import Settings
        refused = 0
        for path in Path(sys.argv[1]).iterdir():
            try:
                load_images(Settings(data=str(path)), "nowhere", ("a", "b"))
            except SettingError:
                refused += 1
        # not ru_maxrss, which a process inherits from the one that starts it
        peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
        print(refused, 1000 * int(peak.split()[1]))
    """
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True)
    refused, memory = map(int, done.stdout.split())
    assert refused == len(ARRAYS) + len(PACKED)
    assert memory < MEMORY
