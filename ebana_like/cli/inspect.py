"""`train-circuit inspect`: what is in a run or a netlist?"""

from pathlib import Path

import click

from ebana_like.analysis.answers import answers
from ebana_like.analysis.inspection import bank_rows, port_rows, recorded_rows
from ebana_like.cli.display import Printer, terminal
from ebana_like.cli.train import TRUTH_TABLE_ROWS
from ebana_like.energy import symmetry
from ebana_like.simulators import NgspiceSimulator
from ebana_like.tasks import TASKS
from ebana_like.training import Run, evaluate, load_circuit


@click.command(short_help="show what is in a run folder or a netlist")
@click.argument("path", metavar="RUN|FILE", type=click.Path(path_type=Path, exists=True))
def inspect(path: Path) -> None:
    """Show the elements, ports and conductances of a run folder or a netlist file, and what the circuit answers.

    The netlist is solved again in ngspice; for a run also its truth table or its accuracies.
    """
    netlist = load_circuit(path)
    circuit, printer = netlist.circuit, Printer(terminal())
    printer.line(f"{circuit.title}: {len(circuit.nodes)} nodes, {sum(map(len, circuit.banks))} elements")
    printer.line(f"equilibrium propagation: {symmetry(circuit)}")
    printer.table(["bank", "kind", "elements", "values", "clamped"], bank_rows(circuit))
    printer.table(["port", "nodes or sources", "volts"], port_rows(circuit), title="\nports")
    with NgspiceSimulator(circuit) as simulator:
        if netlist.recorded:
            printer.table(
                ["node", "recorded", "solved now", "difference"],
                recorded_rows(netlist, simulator),
                title="\nthe netlist's own sample",
            )
        if not path.is_dir():
            return
        run = Run(path)
        task = TASKS[run.task()]
        problem = task.problem(run.settings())
        parts = {
            "train": problem.data.train,
            "validation": problem.data.validation,
            "test": problem.data.test,
        }
        conductances = circuit.conductances()
        if len(problem.data.train) <= TRUTH_TABLE_ROWS:
            printer.line("\ntruth table")
            printer.answers(answers(simulator, conductances, problem.data.train, problem.cost))
        evaluations = {
            name: evaluate(simulator, conductances, part, problem.cost) for name, part in parts.items() if part
        }
    printer.table(
        ["data", "samples", "loss", "accuracy"],
        [
            [
                name,
                str(len(part)),
                f"{evaluations[name].loss:.3e}",
                str(evaluations[name]),
            ]
            for name, part in parts.items()
            if part
        ],
        title="\nanswers",
    )
