"""Does any netlist get the right volts? More than 300 texts in the styles of KiCad, LTspice, PySpice, Qucs, ngspice and
vendors, read and solved here and by `ngspice -b` itself.

    python experiments/any_netlist/run.py

Writes results.csv (a line a netlist) beside itself and ngspice's voltages into tests/netlist/corpus/voltages.json, and
says how many are solved, which are refused and why, and how far the largest deviation is.
"""

import csv
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.errors import EbanaError
from ebana_like.netlist.deck import Deck, read_deck
from ebana_like.netlist.deck.reading import Reading
from ebana_like.netlist.dialects.rawfile import read_rawfile
from ebana_like.netlist.read import netlist_of
from ebana_like.simulators import simulator
from ebana_like.simulators.catalog import engine_for

HERE = Path(__file__).parent
CORPUS = HERE.parents[1] / "tests" / "netlist" / "corpus"
STYLES = ("kicad", "ltspice", "pyspice", "qucs", "ngspice", "vendor")
FED = "a short netlist\nv1 a 0 1\nr1 a b 1k\n{}\n.op\n.end\n"

TIGHT = ".options reltol=1e-12 vntol=1e-15 abstol=1e-18 itl1=1000 itl2=1000"
STRICT = ".options reltol=1e-9 vntol=1e-12 abstol=1e-15 itl1=1000 itl2=1000"
"""What ngspice is given so that its answers have the digits to compare; the second where it finds nothing with the
first."""

LEFT_OUT = frozenset([".tran", ".ac", ".dc", ".op", ".print", ".save", ".probe", ".end", ".four", ".meas", ".backanno"])
"""Lines of the netlists that ask for something else."""

WITHIN = 1e-9
"""Volts, and of voltages above one volt as a share."""


@dataclass(frozen=True)
class Sample:
    """A netlist of the corpus. reference: the same as ngspice takes it, where that is another text."""

    style: str
    name: str
    text: str
    reference: str

    @property
    def key(self) -> str:
        return f"{self.style}: {self.name}"


def corpus() -> list[Sample]:
    """Return all netlists: those written by hand, short and whole, then those made from tables."""
    written = [sample for style in ("short", *STYLES) for sample in _written(style)]
    return [*written, *_made()]


def _written(style: str) -> Iterator[Sample]:
    """Yield the netlists of a file: a name behind `==`, its text, and lines `*~ WORDS => OTHERS` for ngspice."""
    for block in (CORPUS / f"{style}.txt").read_text().split("\n== ")[1:]:
        name, _, text = block.partition("\n")
        lines = text.split("\n")
        others = [line[3:].partition("=>")[::2] for line in lines if line.startswith("*~ ")]
        text = "\n".join(line for line in lines if not line.startswith("*~ ")).strip("\n")
        text = FED.format(text) if style == "short" else f"{text}\n"
        reference = text
        for words, other in others:
            reference = reference.replace(words.strip(), other.strip())
        yield Sample(style, name, text.replace("{here}", str(CORPUS)), reference.replace("{here}", str(CORPUS)))


CARDS = {
    "plain": "is=1e-14",
    "leaky": "is=1e-8 n=1.9",
    "schottky": "is=1e-7 n=1.05 eg=.69 xti=2",
    "measured cold": "is=1n n=1.5 tnom=0",
    "vendor's": "is=2.52n n=1.752 rs=.568 cjo=4p m=.4 tt=20n bv=75 ibv=1u",
}
CONDITIONS = (
    "",
    ".temp 85",
    ".temp -40",
    ".options temp=60 tnom=20",
    ".options TEMP = 25°C TNOM = 25°C",
    ".options gmin=1e-9",
)
VALUES = (
    "2200",
    "2.2k",
    "2.2K",
    "2k2ohm",
    "0.0022Meg",
    "2.2e3",
    "2200.0",
    ".0022MEG",
    "2.2E+3",
    "2200000m",
    "{2.2k}",
    "'2*1.1k'",
)
NODES = ("out", "/out", "Net-(U1-Pad3)", "n_1", "N001", "1", "out+", "v#branch", "+5V", "a.b", "x~", "OUT!")


def _made() -> Iterator[Sample]:
    """Yield diodes of several cards under several conditions, values and names in many spellings, and ladders."""
    for card, parameters in CARDS.items():
        for conditions in CONDITIONS:
            body = f"d1 b 0 dd\nd2 0 b dd\nr2 b c 2k\nd3 c 0 dd\n.model dd d({parameters})\n{conditions}"
            yield _of_table(f"diodes, {card}, {conditions or 'nothing said'}", body)
    for value in VALUES:
        if value != "2k2ohm":
            yield _of_table(f"value {value}", f"r2 b 0 {value}")
    for node in NODES:
        yield _of_table(f"node {node}", f"r2 b {node} 1k\nr3 {node} 0 3k")
    for depth in range(1, 9):
        parts = "".join(f".subckt s{k} a b\nr1 a m {k}k\nx1 m b s{k - 1}\n.ends\n" for k in range(1, depth))
        body = f".subckt s0 a b\nr1 a b 1k\n.ends\n{parts}x1 b 0 s{depth - 1}"
        yield _of_table(f"subcircuits {depth} deep", body)


def _of_table(name: str, body: str) -> Sample:
    return Sample("made", name, FED.format(body), FED.format(body))


def ngspice(sample: Sample) -> dict[str, float]:
    """Return what `ngspice -b` finds, volts by node; empty where it finds nothing."""
    title, _, rest = sample.reference.partition("\n")
    for options in (TIGHT, STRICT):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(CORPUS / "lib", Path(folder, "lib"))
            Path(folder, "c.cir").write_text(f"{title}\n{_without_control(rest, options)}")
            command = ["ngspice", "-b", "-n", "-r", "c.raw", "c.cir"]
            try:
                done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=30, errors="replace")
                found = read_rawfile(Path(folder, "c.raw"))
            except (EbanaError, subprocess.TimeoutExpired):
                continue
            if "singular" not in done.stderr:
                return found
    return {}


def _without_control(text: str, options: str) -> str:
    """Return a netlist without what its `.control` parts do and its analyses, asking for the operating point."""
    kept, control = [], False
    for line in text.split("\n"):
        word = line.lower().split()[0] if line.split() else ""
        control = control or word == ".control"
        if not control and word not in LEFT_OUT:
            kept.append(line)
        control = control and word != ".endc"
    return "\n".join([*kept, options, ".op", ".end", ""])


def read(sample: Sample) -> tuple[Deck, Circuit]:
    """Return what is read of a netlist. Raises NetlistError or CircuitError where it is refused."""
    deck = read_deck(sample.text, "my.cir", CORPUS, how=Reading((CORPUS / "lib",)))
    return deck, netlist_of(deck).circuit


def solved(sample: Sample) -> tuple[dict[str, float], str, str]:
    """Return volts by node, the engine that found them, and what it says of them. Raises EbanaError."""
    deck, circuit = read(sample)
    engine = engine_for(circuit)
    with simulator(engine, circuit) as solver:
        points = solver.solve({}, np.zeros((1, 0)))
    if not points.converged.all():
        raise EbanaError(points.messages.get(0, "not solved"))
    volts = dict(zip(circuit.nodes, points.voltages[0, 0].tolist(), strict=True))
    names = {name: node for name, node in deck.nodes.items() if node in volts}
    return {name: volts[node] for name, node in names.items()}, engine, points.messages.get(0, "")


def deviation(ours: Mapping[str, float], theirs: Mapping[str, float]) -> float:
    """Return the largest difference at nodes that both name, volts, above one volt as a share."""
    theirs = {node.rstrip(")"): volts for node, volts in theirs.items()}
    ours = {node.rstrip(")"): volts for node, volts in ours.items()}  # ngspice cuts KiCad's Net-(R1-Pad1)
    common = [node for node in ours if node in theirs]
    return max((abs(ours[node] - theirs[node]) / max(1.0, abs(theirs[node])) for node in common), default=np.inf)


def main() -> None:
    rows, voltages = [], {}
    for sample in corpus():
        theirs = ngspice(sample)
        voltages[sample.key] = theirs
        row = {"style": sample.style, "name": sample.name, "outcome": "", "engine": "", "deviation": "", "said": ""}
        try:
            ours, row["engine"], row["said"] = solved(sample)
            row["outcome"] = "solved" if theirs else "ngspice finds nothing"
            if theirs:
                far = deviation(ours, theirs)
                row["deviation"] = f"{far:.1e}"
                row["outcome"] = "solved" if far <= (1e-6 if "relaxed" in row["said"] else WITHIN) else "differs"
        except EbanaError as error:
            row |= {"outcome": "refused", "said": str(error)}
        rows.append(row)
        if row["outcome"] not in ("solved",):
            print(f"{sample.key}: {row['outcome']} {row['deviation']} {row['said']}", flush=True)
    with (HERE / "results.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    text = json.dumps(voltages, indent=0, sort_keys=True, ensure_ascii=False)
    (CORPUS / "voltages.json").write_text(f"{text}\n")
    outcomes = Counter(row["outcome"] for row in rows)
    largest = max(
        (float(row["deviation"]) for row in rows if row["outcome"] == "solved" and row["deviation"]), default=0
    )
    print(f"{len(rows)} netlists: {dict(outcomes)}, largest deviation of those solved {largest:.1e} V")
    sys.exit(outcomes["differs"] > 0)


if __name__ == "__main__":
    main()
