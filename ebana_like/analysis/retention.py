"""What does a trained circuit answer an hour, a day, a year after its devices were written?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ebana_like.analysis.trained import Trained
from ebana_like.errors import SettingError
from ebana_like.files import csv_text
from ebana_like.hardware import TECHNOLOGIES, Technology
from ebana_like.runs.assembly import technology_of
from ebana_like.simulators import engine_for
from ebana_like.simulators import simulator as simulator_named
from ebana_like.training import Evaluation, evaluate
from ebana_like.values import Values

RETAINING = "its devices hold what was written for as long as nobody writes"


@dataclass(frozen=True, eq=False)
class Aged:
    """Answers of some chips at some times.

    title: what was trained. technology: its name, and how it was written, in words. judged: on what, in words.
    written: how well each chip answers as written. later: the same at each of the times, seconds, rising; by chip.
    """

    title: str
    technology: str
    judged: str
    design: Evaluation
    written: tuple[Evaluation, ...]
    seconds: tuple[float, ...]
    later: tuple[tuple[Evaluation, ...], ...]

    @property
    def measure(self) -> str:
        """What is measured beside the loss: "accuracy" or "r2"."""
        return self.design.measure

    def csv(self) -> str:
        """Return a row a chip and time."""
        rows = [
            [repr(chip), repr(seconds), repr(float(found.accuracy)), repr(float(found.loss))]
            for seconds, chips in zip((0.0, *self.seconds), (self.written, *self.later), strict=True)
            for chip, found in enumerate(chips)
        ]
        return csv_text(["chip", "seconds", self.measure, "loss"], rows)


def aged(
    trained: Trained,
    seconds: Sequence[float],
    count: int = 10,
    technology: str = "",
    options: str = "",
    engine: str = "",
    watch: Callable[[int], None] = lambda done: None,
) -> Aged:
    """See how well a trained run answers so many seconds after the last write.

    count: chips, each of devices that differ from the others'. technology, options: what the trained values are written
    into; the devices that were trained, as they are, unless given. watch: told how many chips are done.
    Raises SettingError for devices of which nobody has said how they forget, and for a count below one.
    """
    if count < 1:
        raise SettingError(f"count is {count}; give at least 1")
    settings = trained.settings
    if technology:
        settings = replace(settings, technology=technology, technology_options=options, device="")
    devices = technology_of(settings)
    if not devices.forgets:
        names = ", ".join(name for name, each in TECHNOLOGIES.items() if each.forgets)
        raise SettingError(
            f"technology is {settings.technology}: {RETAINING}; give one that forgets, {names}, or one with a leak or "
            "drift of its own"
        )
    which, judged = trained.judged
    circuit, times = trained.circuit, tuple(sorted(seconds))

    with simulator_named(engine or engine_for(circuit), circuit) as simulator:

        def answers(values: Values) -> Evaluation:
            return evaluate(simulator, {**circuit.values(), **values}, judged, trained.problem.cost)

        design, written, later = answers({}), [], []
        for chip in range(count):
            made = technology_of(replace(settings, seed=chip)) if technology else devices
            state = made.start(circuit.parameters)
            values = made.held(circuit.parameters, state) if technology else circuit.values()
            written.append(answers(values))
            later.append([answers(_rested(made, trained, values, state, time, chip)) for time in times])
            watch(chip + 1)
    how = "written once" if technology else "as trained"
    return Aged(
        trained.task.called(trained.settings),
        f"{settings.technology}, {how}",
        f"{len(judged)} {which} samples",
        design,
        tuple(written),
        times,
        tuple(zip(*later, strict=True)),
    )


def _rested(
    devices: Technology, trained: Trained, values: Values, state: Values, seconds: float, chip: int
) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(chip)  # the same at every time, and with it the same devices
    parameters = trained.circuit.parameters
    return {at: devices.rested(at, each, values[at], state, seconds, rng) for at, each in parameters.items()}
