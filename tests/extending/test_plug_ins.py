"""Packages beside this one add to its seams by entry points; a broken one says so where it is used, and only there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from ebana_like.cli import main
from ebana_like.errors import SettingError
from ebana_like.learning import COSTS, SCHEDULES, UPDATES, update_named
from ebana_like.learning.schedules.catalog import ends_with_training
from ebana_like.netlist import DIALECTS
from ebana_like.nudges import NUDGES
from ebana_like.runs import Settings
from ebana_like.simulators import ENGINES, simulator
from ebana_like.tasks import TASKS

MODULE = """
from dataclasses import dataclass, replace
from ebana_like.learning import SGD, SquaredError
from ebana_like.netlist.dialects.ngspice import Ngspice
from ebana_like.nudges import Currents
from ebana_like.simulators import NativeSimulator
from ebana_like.tasks import TASKS

class Softly(Currents):
    name = "softly"

class Polished(NativeSimulator):
    pass

class Nutmeg(Ngspice):
    name = "nutmeg"

NUTMEG = Nutmeg()

class Huber(SquaredError):
    'Softer.'

@dataclass(frozen=True)
class Lazy(SGD):
    'Half a step.'

    share: float = 0.5

@dataclass(frozen=True)
class Fading:
    'To nothing.'

    epochs: int
    floor: float = 0.0

    def factor(self, epoch):
        return max(1 - epoch / self.epochs, self.floor)

TASK = replace(TASKS["xor"], name="bloom", summary="tell flowers apart")
"""

ENTRIES = {
    "tasks": "bloom = flowers:TASK\nwilted = flowers:NOTHING\nlost = no_such_module:TASK\nweed = flowers:Softly",
    "nudges": "softly = flowers:Softly",
    "costs": "huber = flowers:Huber",
    "updates": "lazy = flowers:Lazy",
    "schedules": "fading = flowers:Fading",
    "engines": "polished = flowers:Polished",
    "dialects": "nutmeg = flowers:NUTMEG\nruined = no_such_module:RUINED",
}


def install(folder: Path, package: str, entries: dict[str, str]) -> None:
    """Lay down what an installer leaves of a package."""
    info = folder / f"{package}-1.5.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.5\n")
    groups = (f"[ebana_like.{seam}]\n{lines}\n" for seam, lines in entries.items())
    (info / "entry_points.txt").write_text("\n".join(groups))


@pytest.fixture(autouse=True)
def flowers(tmp_path, monkeypatch):
    """A package that adds to four seams, and some of whose tasks are broken."""
    (tmp_path / "flowers.py").write_text(MODULE)
    install(tmp_path, "flowers", ENTRIES)
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    sys.modules.pop("flowers", None)
    for seam in (TASKS, NUDGES, ENGINES, DIALECTS, COSTS, UPDATES, SCHEDULES):
        for name in ("bloom", "softly", "polished", "nutmeg", "huber", "lazy", "fading"):
            seam._found.pop(name, None)


def test_each_seam_knows_them_by_name_and_imports_them_when_asked():
    assert [name for seam in (TASKS, NUDGES, ENGINES, DIALECTS) for name in seam][-1] == "ruined"
    assert {"bloom", "lost"} < set(TASKS)
    assert "flowers" not in sys.modules
    assert TASKS["bloom"].summary == "tell flowers apart"
    assert NUDGES["softly"].name == Settings(nudging="softly").nudging == "softly"
    problem = TASKS["bloom"].problem(Settings(engine="polished", hidden="3"))
    with simulator("polished", problem.circuit) as engine:
        assert type(engine).__name__ == "Polished"
    assert DIALECTS["nutmeg"].programs == DIALECTS["ngspice"].programs


def test_a_cost_an_update_rule_and_a_schedule_take_what_settings_say():
    words = {"cost": "huber", "update": "lazy", "update_options": "share=0.25", "schedule": "fading", "on": 0.7}
    problem = TASKS["xor"].problem(Settings(**words, schedule_options="floor=0.1", epochs=8))
    assert (type(problem.cost).__name__, problem.cost.on) == ("Huber", 0.7)
    assert (type(problem.update).__name__, problem.update.share) == ("Lazy", 0.25)
    assert [problem.update.schedule.factor(epoch) for epoch in (0, 4, 8)] == [1, 0.5, 0.1]
    with pytest.raises(SettingError, match="options has 'shared', which lazy does not know; its options are share=0.5"):
        update_named("lazy", 0.1, options="shared=1")
    assert ends_with_training("fading", "") > ends_with_training("fading", "epochs=5")
    rules = CliRunner().invoke(main, ["rules"]).output
    assert re.search("lazy +Half a step +share=0.5", rules)
    assert re.search("fading +To nothing +epochs=1 floor=0", rules)


def test_commands_offer_them():
    help_text = CliRunner().invoke(main, ["--help"]).output
    assert "  bloom" in help_text
    assert "tell flowers apart" in help_text
    options = CliRunner().invoke(main, ["bloom", "--help"]).output
    assert "polished" in options
    assert "softly" in options
    found = CliRunner().invoke(main, ["bloom", "--engine", "polishd"])
    assert (found.exit_code, "polished" in found.output) == (2, True)


BROKEN = {
    "wilted": 'the task "wilted" of the package flowers 1.5 cannot be loaded: AttributeError: module '
    "'flowers' has no attribute 'NOTHING'; update or uninstall the package",
    "lost": 'the task "lost" of the package flowers 1.5 cannot be loaded: ModuleNotFoundError: No module named '
    "'no_such_module'; update or uninstall the package",
    "weed": 'the task "weed" of the package flowers 1.5 is the class Softly; expected an ebana_like.tasks.Task: '
    "update or uninstall the package",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_one_names_its_package_where_it_is_used(name):
    with pytest.raises(SettingError) as caught:
        TASKS[name]
    assert str(caught.value) == BROKEN[name]
    found = CliRunner().invoke(main, [name])
    assert (found.exit_code, found.output) == (2, f"error: {BROKEN[name]}\n")


@pytest.mark.parametrize("command", ["--help", "tasks"])
def test_a_broken_one_is_listed_with_the_reason(command):
    listed = CliRunner().invoke(main, [command], terminal_width=200)
    assert listed.exit_code == 0
    assert "no_such_module" in listed.output


def test_a_broken_one_stops_nothing_else():
    assert [dialect.name for dialect in DIALECTS.values()][-1] == "nutmeg"
    assert TASKS["xor"].name == "xor"


def test_a_name_that_two_packages_claim_is_nobodys(flowers):
    install(flowers, "petals", {"tasks": "bloom = petals:TASK"})
    sys.path.insert(0, str(flowers / "elsewhere"))  # what was found belongs to one search path
    with pytest.raises(SettingError, match='the task "bloom" is in several packages, flowers 1.5 and petals 1.5'):
        TASKS["bloom"]


def test_a_name_of_ours_stays_ours(flowers):
    install(flowers, "usurper", {"tasks": "xor = usurper:TASK"})
    sys.path.insert(0, str(flowers / "elsewhere"))
    assert TASKS["xor"].summary != "tell flowers apart"
    assert list(TASKS).count("xor") == 1


def test_packages_of_the_working_directory_are_none(flowers, monkeypatch):
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry != str(flowers)] + [""])
    monkeypatch.chdir(flowers)
    assert "bloom" not in TASKS


def test_without_packages_of_ours_no_metadata_are_read():
    code = "import sys; from ebana_like.tasks import TASKS; list(TASKS); print('importlib.metadata' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
