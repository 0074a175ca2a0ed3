"""A folder with planted files: the program that is started in it executes, obeys and imports none of them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ebana_like.files import cache_folder

PLANTED = "import pathlib, sys\npathlib.Path({canary!r}).write_text(__name__)\nraise SystemExit('planted')\n"
MODULES = (
    "sitecustomize",
    "usercustomize",
    "click",
    "rich",
    "lazy_loader",
    "platformdirs",
    "selectors",
    "socket",
    "multiprocessing",
    "yaml",
    "PySpice",
    "scipy",
)


@pytest.fixture
def trap(tmp_path):
    """A folder full of traps; whichever is stepped on leaves a file beside it."""
    folder, canary = tmp_path / "trap", tmp_path / "canary"
    folder.mkdir()
    for name in MODULES:
        (folder / f"{name}.py").write_text(PLANTED.format(canary=str(canary)))
    cache = folder / "planted_cache"
    (folder / ".numba_config.yaml").write_text(f"cache_dir: {cache}\ndisable_jit: 1\n")
    (folder / "matplotlibrc").write_text("text.usetex: True\nfigure.facecolor: red\n")
    (folder / ".spiceinit").write_text(f"shell touch {canary}\n")
    yield folder
    assert not canary.exists(), canary.read_text()
    assert not cache.exists()


SCRIPT = (str(Path(sys.executable).with_name("train-circuit")),)
MODULE = (sys.executable, "-m", "ebana_like")


def started(words, folder, tmp_path, **more):
    """Run a program in a folder, with nothing of the tests' own environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "NUMBA", "MPL"))}
    done = subprocess.run(
        [*map(str, words)], cwd=folder, env={**kept, **more}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.fullmatch(r"([a-z ]+ \.\.\.\n)*", done.stderr), done.stderr  # on busy cores: what it is doing
    return done.stdout


@pytest.mark.parametrize("program", [SCRIPT, MODULE], ids=["script", "module"])
def test_a_training_steps_into_no_trap(program, trap, tmp_path):
    """By ngspice, whose worker is a process of its own; an empty entry of the path is the working directory."""
    out = tmp_path / "runs"
    said = started([*program, "xor", "--epochs", 1, "--out", out], trap, tmp_path)
    assert "made:" in said


def test_a_page_and_a_sweep_step_into_no_trap(trap, tmp_path):
    out, pages = tmp_path / "sweep", []
    started([*SCRIPT, "sweep", "xor", "--engine", "ngspice", "--epochs", "1", "--out", out], trap, tmp_path)
    for folder in (trap, tmp_path):
        started(
            [*SCRIPT, "plot", out / "cells" / "0000", "--what", "loss", "--out", tmp_path / "p.svg"], folder, tmp_path
        )
        pages.append((tmp_path / "p.svg").read_text())
    assert pages[0] == pages[1]
    assert sorted(path.name for path in trap.iterdir()) == sorted(
        [".numba_config.yaml", "matplotlibrc", ".spiceinit", *(f"{name}.py" for name in MODULES)]
    )


EVERY = """if True:
    import sys
    from ebana_like import __main__
    for words in ({run!r}, ["report", "."], ["inspect", "netlist.cir"], ["resume", ".", "--epochs", "2"], {fit!r}):
        sys.argv[1:] = words
        try:
            __main__.run()
        except SystemExit as ended:
            assert not ended.code, (words, ended.code)
        if words[0] == "xor":
            import os, pathlib, shutil
            made, = pathlib.Path({out!r}).iterdir()
            shutil.copytree(made, ".", dirs_exist_ok=True)
"""


def test_a_run_folder_full_of_traps_is_opened_reported_and_gone_on_with(trap, tmp_path):
    """All in one process, in the folder itself, where a person stands who looks at what was handed over."""
    (tmp_path / "n.cir").write_text("title\nV1 in 0 1\nR1 in out 1k\nR2 out 0 1k\n.end\n")
    (tmp_path / "t.csv").write_text("v1,out\n1,0.2\n2,0.4\n")
    first = ["xor", "--engine", "native", "--epochs", "1", "--hidden", "2", "--out", str(tmp_path / "runs")]
    last = ["fit", str(tmp_path / "n.cir"), "--data", str(tmp_path / "t.csv"), "--inputs", "v1", "--outputs", "out"]
    code = EVERY.format(run=first, fit=[*last, "--epochs", "1"], out=str(tmp_path / "runs"))
    said = started([sys.executable, "-P", "-c", code], trap, tmp_path)
    assert "made:     report.html" in said
    assert "trained 2 epochs" in said
    assert "text.usetex" not in (trap / "report.html").read_text()


def test_a_home_folder_that_cannot_be_written_to_is_done_without(tmp_path):
    """Nothing is kept then: neither compiled code, nor what may be read, nor matplotlib's list of fonts."""
    homeless = {"HOME": "/proc/nowhere", "XDG_CACHE_HOME": "", "XDG_STATE_HOME": "", "XDG_CONFIG_HOME": ""}
    started([*SCRIPT, "xor", "--epochs", 1, "--out", "runs"], tmp_path, tmp_path, **homeless)
    (made,) = (tmp_path / "runs").iterdir()
    assert "made:" in started([*SCRIPT, "plot", made, "--what", "loss"], tmp_path, tmp_path, **homeless)


def test_compiled_code_is_kept_in_the_persons_own_cache_alone(tmp_path, monkeypatch):
    cache_folder.cache_clear()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder("numba") == tmp_path / "ebana-like" / "numba"
    (tmp_path / "ebana-like" / "numba").chmod(0o777)
    cache_folder.cache_clear()
    assert cache_folder("numba") is None
    cache_folder.cache_clear()
