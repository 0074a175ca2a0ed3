"""The first signal stops a training wherever it lands; what comes after it does not disturb saving."""

import ctypes
import signal
import subprocess
import sys
from dataclasses import replace

import pytest
from numba import typeof as numba_typeof
from numba import types
from numba.extending import typeof_impl

from ebana_like.cli.signals import STOPPING, Stops
from ebana_like.simulators import NativeSimulator
from ebana_like.tasks import TASKS
from ebana_like.training import Callback, Interrupted, train


class CalledFromC(Callback):
    """Gets a signal inside a callback from C code, in whose frames no Python exception travels."""

    def __init__(self, number):
        self.call = ctypes.CFUNCTYPE(None)(lambda: signal.raise_signal(number))
        self.batches = 0

    def on_batch(self, progress):
        self.batches += 1
        if self.batches == 3:
            self.call()


@pytest.mark.parametrize("number", STOPPING)
def test_an_interrupt_that_python_drops_is_repeated_after_the_batch(number, capsys):
    problem = TASKS["xor"].problem(replace(TASKS["xor"].settings, batch=1))
    called = CalledFromC(number)
    with Stops() as stops, pytest.raises(Interrupted):
        train(problem, NativeSimulator(problem.circuit), callbacks=[called, stops])
    assert called.batches == 3
    assert stops.status == 128 + number
    assert capsys.readouterr().err == ""


def test_numba_is_not_interrupted_while_it_compiles():
    """The compiler asks this type for its numba type, and gets a signal with it; the batch after that is the last."""

    class Asking:
        pass

    @typeof_impl.register(Asking)
    def typeof(value, context):
        signal.raise_signal(signal.SIGINT)
        return types.intp

    problem = TASKS["xor"].problem(TASKS["xor"].settings)
    with Stops() as stops:
        assert numba_typeof(Asking()) == types.intp
        with pytest.raises(Interrupted):
            train(problem, NativeSimulator(problem.circuit), callbacks=[stops])


def test_other_dropped_exceptions_are_still_reported(monkeypatch):
    heard = []
    monkeypatch.setattr(sys, "unraisablehook", heard.append)
    with Stops():
        ctypes.CFUNCTYPE(None)(lambda: 1 / 0)()
    assert [dropped.exc_type for dropped in heard] == [ZeroDivisionError]


def test_the_second_signal_is_ignored_and_handlers_come_back():
    before = [signal.getsignal(number) for number in STOPPING]
    with Stops():
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        for number in STOPPING:
            signal.raise_signal(number)
    assert [signal.getsignal(number) for number in STOPPING] == before


def test_ctrl_c_while_the_program_starts_ends_it_without_a_traceback():
    starting = (
        "import sys, signal, ebana_like.__main__ as program\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, *more):\n"
        "        if name == 'ebana_like.cli.main':\n"
        "            signal.raise_signal(signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "program.run()\n"
    )
    done = subprocess.run([sys.executable, "-c", starting], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")
