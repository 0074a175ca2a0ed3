"""How well does a network read that learned without wires, once its conductances are moved to a chip that has them?

python experiments/wires/moved.py RUN row=1,column=1
"""

import sys
from dataclasses import replace
from pathlib import Path

from ebana_like.runs import Run, load_circuit
from ebana_like.simulators import NativeSimulator
from ebana_like.tasks import TASKS
from ebana_like.training import evaluate


def main(folder: Path, wires: str) -> None:
    run = Run(folder)
    settings = replace(run.settings(), wires=wires)
    problem = TASKS[run.task()].problem(settings)
    assert problem.data.test is not None
    with NativeSimulator(problem.circuit) as simulator:
        found = evaluate(simulator, load_circuit(folder).circuit.values(), problem.data.test, problem.cost)
    print(f"{folder} with wires {wires}: test {found}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
