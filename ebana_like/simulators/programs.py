"""What does another SPICE program say? Its executable, run on a netlist in an empty folder and for a bounded time."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ebana_like.elements import FloatArray, WiredCrossbar
from ebana_like.errors import NetlistError, SettingError, SimulatorError, counted
from ebana_like.files import TemporaryFolder, write_atomically
from ebana_like.netlist import DIALECTS, Dialect, Netlist, write_netlist
from ebana_like.netlist.dialects.rawfile import read_course

DIES_WITH_PARENT = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG, which stays when another program is executed
if os.getppid() != int(sys.argv[1]):  # it died before that
    sys.exit(1)
os.execvp(sys.argv[2], sys.argv[2:])
"""
"""Becomes the program on its command line, which the kernel ends with this process, in whatever way that ends."""

LONGEST_QUOTE = 200
"""Characters of a program's own message that an error repeats."""


@dataclass(frozen=True)
class Program:
    """An executable with the dialect it understands."""

    dialect: Dialect
    executable: Path


@dataclass(frozen=True)
class ProgramRun:
    """Node voltages, volts by name, and how long the program took, seconds."""

    voltages: Mapping[str, float]
    seconds: float


def find_program(name: str) -> Program:
    """Return the program of that name, or the one at that path.

    Raises SimulatorError for one that is not here and SettingError for one that is not known.
    """
    path = Path(name)
    if "/" in name:  # a bare name is never that of a file in the working directory, which may be somebody else's
        return _at_path(path.absolute())
    dialect = DIALECTS.get(name.lower())
    if dialect is None or not dialect.programs:
        known = ", ".join(other.name for other in DIALECTS.values() if other.programs)
        written = " is only written, with --export; known to run" if dialect else " is not known; known"
        raise SettingError(f"the program {name}{written} are {known}, or the path of one of them")
    for executable in dialect.programs:
        found = shutil.which(executable)
        if found is not None and Path(found).is_absolute():  # an empty entry of the path is the working directory
            return Program(dialect, Path(found))
    raise SimulatorError(
        f"{name} is not installed: there is no {' or '.join(dialect.programs)} on the path; "
        f"get it ({dialect.install}), give its path, or write the netlist for a machine that has it: "
        f"--export {dialect.name} FILE"
    )


def _at_path(path: Path) -> Program:
    if not path.is_file() or not os.access(path, os.X_OK):
        raise SimulatorError(f"{path} is not a program that can be run; give the path of an executable file")
    for dialect in DIALECTS.values():
        if any(Path(program).stem.lower() in path.stem.lower() for program in dialect.programs):
            return Program(dialect, path)
    known = ", ".join(program for dialect in DIALECTS.values() for program in dialect.programs)
    raise SettingError(f"{path} could be any program; rename it so that its name contains one of {known}")


def run_program(program: Program, netlist: Netlist, celsius: float | None, limit: float) -> ProgramRun:
    """Return the operating point that a program finds for a netlist.

    celsius: temperature of the circuit; the nominal 27 degrees unless given. limit: seconds the program may take.
    Raises SimulatorError when it takes longer, fails, or leaves out a node.
    """
    dialect = program.dialect
    with TemporaryFolder("program") as temporary:
        folder = temporary.path / "empty"
        folder.mkdir()
        write_atomically(folder / "circuit.cir", write_netlist(netlist, dialect, celsius))
        began = time.perf_counter()
        printed = _printed(program, folder, limit)
        seconds = time.perf_counter() - began
        try:
            voltages = dialect.voltages(folder, printed)
        except NetlistError as error:
            said = " ".join(printed.split())[-LONGEST_QUOTE:]
            # what a program wrote after it failed is no news; what it said is
            why = f"it ends with: {said}" if said else str(error)
            if netlist.circuit.of_kind(WiredCrossbar):
                why += "; all nodes of wires are hard to solve: try the run's netlist_reduced.cir, same answers"
            raise SimulatorError(f"{dialect.name} found no operating point: {why}") from error
    missing = [node for node in netlist.circuit.nodes[1:] if node not in voltages]
    if missing:
        raise SimulatorError(
            f"{dialect.name} gives no voltage for {counted(len(missing), 'node')}, {missing[0]} among them"
        )
    return ProgramRun(voltages, seconds)


def run_text(text: str, limit: float) -> dict[str, FloatArray]:
    """Return what `ngspice -b` saves of a netlist that is none of direct current: (points,) by node name, and "time".

    text: written by this program, never a person's: ngspice obeys commands in it. limit: seconds it may take.
    Raises SimulatorError when it takes longer or saves nothing.
    """
    program = find_program("ngspice")
    with TemporaryFolder("program") as temporary:
        folder = temporary.path / "empty"
        folder.mkdir()
        write_atomically(folder / "circuit.cir", text)
        printed = _printed(program, folder, limit)
        try:
            course = read_course(folder / "circuit.raw")
        except NetlistError as error:
            said = " ".join(printed.split())[-LONGEST_QUOTE:]
            raise SimulatorError(f"ngspice saved nothing: it ends with: {said or error}") from error
    if not min(map(len, course.values()), default=0):  # the header says how many points there are when all went well
        why = next((line for line in printed.splitlines() if line.startswith("doAnalyses")), "it does not say why")
        raise SimulatorError(f"ngspice gave up: {why}")
    return course


def _printed(program: Program, folder: Path, limit: float) -> str:
    """Run the program and return what it printed."""
    command = [str(program.executable), *program.dialect.arguments]
    # nothing of the person's own start-up files is read: HOME is the empty folder too
    environment = {**os.environ, "HOME": str(folder)}
    if program.executable.suffix == ".exe" and sys.platform != "win32":
        command.insert(0, "wine")
        environment.setdefault("WINEPREFIX", str(Path.home() / ".wine"))
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", DIES_WITH_PARENT, str(os.getpid()), *command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise SimulatorError(f"cannot run {command[0]}: {error.strerror}") from error
    try:
        return process.communicate(timeout=limit)[0].decode(errors="replace")
    except subprocess.TimeoutExpired:
        raise SimulatorError(
            f"{program.dialect.name} took longer than {limit:g} s and was stopped; give it more with --limit"
        ) from None
    finally:
        with suppress(ProcessLookupError):  # the usual case: it has ended, and so have its children
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
