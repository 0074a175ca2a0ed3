"""How far are other SPICE programs from the voltages recorded in trained netlists, and which of their laws explains it?

    python experiments/other_spice/run.py

Trains XOR, Iris and 64-100-10 digits (5 epochs), runs each netlist in ngspice and in gnucap, the latter also with its
thermal voltage made equal, and solves the circuits with more and more of the program's own laws. Writes results.csv and
picture.svg beside itself.
"""

import csv
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import fill

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

from ebana_like.analysis.rerun import Comparison, compare
from ebana_like.cli import main as train_circuit
from ebana_like.netlist import Netlist
from ebana_like.runs import load_circuit
from ebana_like.simulators.programs import find_program, run_program

HERE = Path(__file__).parent
TASKS = {"xor": [], "iris": [], "digits": ["--hidden", "100", "--epochs", "5"]}
BETA = ["--beta", "1e-7"]
RUNS = (("ngspice", False), ("gnucap", False), ("gnucap", True))
SECONDS = 120.0
ROUNDING = 1e-17
"""Volts; what is plotted where nothing is left."""


def trained(task: str, options: list[str]) -> Netlist:
    """Train a task; return its netlist with the outputs recorded in it."""
    with TemporaryDirectory() as folder:
        train_circuit([task, *options, "--out", folder], standalone_mode=False)
        return load_circuit(next(Path(folder).iterdir()))


def compared(netlist: Netlist, name: str, equal: bool) -> Comparison:
    """Run a netlist in a program and compare; equal: at the temperature that makes its thermal voltage ours."""
    program = find_program(name)
    laws = program.dialect.laws
    celsius = laws.matching_temperature() if equal and laws is not None else None
    return compare(netlist, run_program(program, netlist, celsius, SECONDS).voltages, program.dialect, celsius)


def main() -> None:
    found = {}
    for task, options in TASKS.items():
        netlist = trained(task, [*options, *BETA])
        found |= {(task, name, equal): compared(netlist, name, equal) for name, equal in RUNS}
    with (HERE / "results.csv").open("w") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["circuit", "program", "equal_thermal_voltage", "beside", "outputs", "all_nodes"])
        for (task, name, equal), comparison in found.items():
            assert comparison.recorded is not None
            writer.writerow([task, name, equal, "the record", f"{comparison.recorded.volts:.2e}", ""])
            for step in comparison.steps:
                beside = step.law or "the circuit solved here"
                row = [task, name, equal, beside, f"{step.outputs.volts:.2e}", f"{step.everywhere.volts:.2e}"]
                writer.writerow(row)
            print(task, name, equal, f"{comparison.recorded.volts:.2e}", comparison.reason)
    draw({task: found[task, "gnucap", False] for task in TASKS})


def draw(comparisons: dict[str, Comparison]) -> None:
    """Plot how the largest deviation of the outputs falls from law to law."""
    figure, axes = plt.subplots(figsize=(7, 3.2), layout="constrained")
    for task, comparison in comparisons.items():
        volts = [max(step.outputs.volts, ROUNDING) for step in comparison.steps]
        axes.plot(volts, "o-", label=task, markersize=4)
    laws = ["as it stands", *(f"+ {step.law.removeprefix('its ')}" for step in comparison.steps[1:])]
    axes.set(yscale="log", ylabel="gnucap's outputs are off by (V)", xticks=range(len(laws)))
    axes.set_xticklabels([fill(law, 17) for law in laws], fontsize=8)
    axes.legend()
    figure.savefig(HERE / "picture.svg")


if __name__ == "__main__":
    main()
