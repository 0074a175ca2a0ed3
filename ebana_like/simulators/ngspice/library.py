"""How is ngspice called inside this process? Through PySpice's binding, with callbacks of our own.

PySpice loads the library and declares its interface. Its callbacks are replaced: they build a Python dictionary for
each point and turn every note on stderr into an error (`train-circuit bench ngspice` has the times).

One process can hold one ngspice, in one thread.
"""

import ctypes.util
import os
import re
import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebana_like.errors import SimulatorError
from ebana_like.simulators.ngspice import callbacks

HOW_TO_INSTALL = (
    "install it: `apt-get install ngspice libngspice0` on Debian and Ubuntu, `dnf install libngspice` on Fedora, "
    "`brew install libngspice` on macOS; or name the file in the environment variable NGSPICE_LIBRARY_PATH"
)

_NOTE = re.compile(
    r"note|warning|using|doing analysis|trying gmin|supplies reduced|reference value|no\. of data|-->|%|"
    r"\.model |unrecognized parameter \(\w+\) - ignored|"
    r"\d+ *: condition met|doanalyses: pause requested|(\w+ )?simulation interrupted|\s*$",
    re.IGNORECASE,
)
"""Lines on stderr that are no errors: notes on gmin and source stepping, on the solver chosen, on breakpoints,
and on parameters of a model that ngspice leaves out."""


COMMANDS_TO_FORGET = 1000

NO_TRANSIENT = "optran 1 1 1 0 0 0"
"""Of ngspice's last resorts, gmin and source stepping stay, and the transient analysis goes: it took 37,000 iterations
to a point that was off by 0.5 mV and called solved, and points behind it by up to 0.25 V."""

_TYPES = {
    "SendChar": "int (*)(char *, int, void *)",
    "SendStat": "int (*)(char *, int, void *)",
    "Exit": "int (*)(int, bool, bool, int, void *)",
    "Vectors": "int (*)(pvecinfoall, int, void *)",
    "Background": "int (*)(bool, int, void *)",
    "Nudge": "void (*)(intptr_t)",
    "Text": "char[]",
    "Texts": "char *[]",
}
"""Types of C by what they are for here."""

_CASTS = ("void *", "intptr_t", "SendData *", "GetVSRCData *", "GetISRCData *", "GetSyncData *")


def library_path() -> str:
    """Return the name of ngspice's shared library. Raises SimulatorError saying what to install."""
    given = os.environ.get("NGSPICE_LIBRARY_PATH")
    endings = {"darwin": ["libngspice.0.dylib", "libngspice.dylib"]}.get(
        sys.platform, ["libngspice.so.0", "libngspice.so"]
    )
    candidates = [given] if given else [*endings, *filter(None, [ctypes.util.find_library("ngspice")])]
    reason = ""
    for name in candidates:
        try:
            ctypes.CDLL(name)
        except OSError as error:
            reason = str(error)
        else:
            return name
    raise SimulatorError(f"ngspice's shared library cannot be loaded ({reason}); {HOW_TO_INSTALL}")


@cache
def loaded() -> tuple[Any, Any]:
    """Return cffi's interface and ngspice's functions, loaded by PySpice but not started.

    Raises SimulatorError as `library_path`.
    """
    os.environ["NGSPICE_LIBRARY_PATH"] = library_path()
    from PySpice.Spice.NgSpice import Shared

    class Binding(Shared.NgSpiceShared):  # type: ignore[misc]
        def _init_ngspice(self, send_data: bool) -> None:
            """Leave that to `Library`, in the process that is to have ngspice."""

    Binding.setup_platform()
    functions = Binding()._ngspice_shared
    for name in (*_TYPES.values(), *_CASTS):
        Shared.ffi.typeof(name)  # which it remembers; reading them takes half of the time in which a worker starts
    return Shared.ffi, functions


class Library:
    """ngspice in this process: commands, circuits, and the block its callbacks read.

    block: (WORDS,) words shared with the callbacks.
    on_vectors: called when an analysis starts or resumes, with the names of the vectors its points will hold.
    """

    def __init__(self, block: NDArray[np.int64]) -> None:
        self.block = block
        self.notes: list[str] = []
        self.errors: list[str] = []
        self.on_vectors: Callable[[list[str]], None] | None = None
        self._busy = False
        self._exited = False
        self._ffi, functions = loaded()
        self._initialise(functions)
        self.command(NO_TRANSIENT)

    def _initialise(self, functions: Any) -> None:
        ffi = self._ffi
        self._keep_alive = {
            "SendChar": ffi.callback(_TYPES["SendChar"], self._hear),
            "SendStat": ffi.callback(_TYPES["SendStat"], lambda *_: 0),
            "Exit": ffi.callback(_TYPES["Exit"], self._exit),
            "Vectors": ffi.callback(_TYPES["Vectors"], self._name_vectors),
            "Background": ffi.callback(_TYPES["Background"], lambda *_: 0),
        }
        kept = self._keep_alive
        block = ffi.cast("void *", self.block.ctypes.data)
        functions.ngSpice_Init(
            kept["SendChar"],
            kept["SendStat"],
            kept["Exit"],
            ffi.cast("SendData *", callbacks.send_data.address),
            kept["Vectors"],
            kept["Background"],
            block,
        )
        functions.ngSpice_Init_Sync(
            ffi.cast("GetVSRCData *", callbacks.get_voltage.address),
            ffi.cast("GetISRCData *", callbacks.get_current.address),
            ffi.cast("GetSyncData *", callbacks.get_sync.address),
            ffi.NULL,
            block,
        )
        self.functions = functions

    def command(self, text: str) -> None:
        """Run one command. Raises SimulatorError where ngspice has asked to exit or is inside another command."""
        self.commands([text])

    def commands(self, texts: Sequence[str]) -> None:
        """Run commands one after the other; errors as `command`."""
        if self._busy:
            raise SimulatorError(f'"{texts[0]}" was given inside a callback of ngspice, which would crash it')
        if any(text.startswith(("quit", "exit")) for text in texts):
            raise SimulatorError(
                "ngspice is not told to quit: the next circuit would crash it; end the process instead"
            )
        self._busy = True
        run, nothing = self.functions.ngSpice_Command, self._ffi.NULL
        try:
            for k, text in enumerate(texts, start=1):
                run(text.encode())
                # frees the memory of past commands; without it 156,900 `alter` take 4.6 s instead of 0.9 s
                if k % COMMANDS_TO_FORGET == 0:
                    run(nothing)
        finally:
            self._busy = False
        self._require_running()

    def load(self, lines: Sequence[str]) -> None:
        """Load a circuit. Raises SimulatorError with ngspice's own words when it does not parse it."""
        self._require_running()
        self.notes.clear()
        self.errors.clear()
        ffi = self._ffi
        texts = [ffi.new(_TYPES["Text"], line.encode()) for line in lines]
        self.functions.ngSpice_Circ(ffi.new(_TYPES["Texts"], [*texts, ffi.NULL]))
        self._require_running()
        if self.errors:
            raise SimulatorError(f"ngspice did not take the circuit: {'; '.join(self.errors[:3])}")

    def phasor(self, name: str) -> complex:
        """Return the first value of a vector of the last small-signal analysis; NaN where there is none."""
        vector = self.functions.ngGet_Vec_Info(name.encode())
        if vector == self._ffi.NULL or not vector.v_length or vector.v_compdata == self._ffi.NULL:
            return complex(np.nan, np.nan)
        first = vector.v_compdata[0]
        return complex(first.cx_real, first.cx_imag)

    def function(self, handler: Callable[[int], None]) -> tuple[Any, int]:
        """Return a Python function as a C function `void f(intptr_t)`: what keeps it alive, and its address."""
        kept = self._ffi.callback(_TYPES["Nudge"], handler)
        return kept, int(self._ffi.cast("intptr_t", kept))

    def take_errors(self) -> list[str]:
        """Return the error lines heard since the last call."""
        errors, self.errors = self.errors, []
        return errors

    def _require_running(self) -> None:
        if self._exited:
            raise SimulatorError(f"ngspice gave up: {'; '.join(self.errors[-3:]) or 'it asked to exit'}")

    def _hear(self, message: Any, identity: int, block: Any) -> int:
        text = self._ffi.string(message).decode(errors="replace")
        stream, _, line = text.partition(" ")
        is_error = stream == "stderr" and not _NOTE.match(line)
        (self.errors if is_error else self.notes).append(line.strip())
        del self.notes[:-50]
        return 0

    def _exit(self, status: int, immediate: bool, on_quit: bool, identity: int, block: Any) -> int:
        self._exited = True
        return status

    def _name_vectors(self, vectors: Any, identity: int, block: Any) -> int:
        if self.on_vectors is not None:
            self.on_vectors([self._ffi.string(vectors.vecs[k].vecname).decode() for k in range(vectors.veccount)])
        return 0
