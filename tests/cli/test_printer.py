r"""What reaches the terminal: no control character, no markup that is obeyed, and nothing that is cut."""

import io
import re
import threading

import click
import pytest
from click.testing import CliRunner
from rich.console import Console

from ebana_like.cli import main
from ebana_like.cli.display import TrainingDisplay
from ebana_like.cli.group import Sections
from ebana_like.cli.patience import patience
from ebana_like.cli.printer import Printer, complain
from ebana_like.errors import counted
from ebana_like.tasks import TASKS

HOSTILE = "a\x1b[31m[/red][bold]\x9b2J\u202eb\r"
SHOWN = "a\\x1b[31m[/red][bold]\\x9b2J\\u202eb\\r"


def printed(width, **options):
    text = io.StringIO()
    return text, Printer(Console(file=text, width=width, **options))


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.mark.parametrize("terminal", [True, False])
def test_names_from_outside_are_shown_and_not_obeyed(terminal):
    text, printer = printed(200, force_terminal=terminal, color_system=None)
    printer.line(HOSTILE)
    printer.table([HOSTILE, "n"], [[HOSTILE, "1"]], title=HOSTILE)
    assert text.getvalue().count(SHOWN) == 4
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text.getvalue())


def test_a_name_cannot_begin_a_row_of_its_own():
    text, printer = printed(80)
    printer.table(["name"], [["a\nb"]])
    assert [line.strip() for line in text.getvalue().splitlines()] == ["name", "a\\nb"]


def test_a_progress_bar_shows_names_as_they_are(monkeypatch):
    text = io.StringIO()
    console = Console(file=text, force_terminal=True, width=80, color_system=None)
    problem = TASKS["xor"].problem(TASKS["xor"].settings)
    with TrainingDisplay(problem, console, problem.start()) as display:
        display.bar.update(display.row, state="[/red]", refresh=True)
    assert "[/red]" in text.getvalue()


def test_errors_show_names_as_they_are(tmp_path):
    path = tmp_path / HOSTILE
    path.mkdir(parents=True)  # there is a slash in it
    for command in (["inspect", path], ["report", path], ["xor", "--start", path / "no"], ["xor", "--" + HOSTILE]):
        made = run(*command)
        assert made.exit_code == 2
        assert SHOWN in made.output
        assert "\x1b" not in made.output
        assert made.output.startswith("error: ")


def test_class_names_are_shown_as_they_are(tmp_path):
    data = tmp_path / "table.csv"
    data.write_text("x,kind\n" + "".join(f"{k},{'[/red]' if k % 2 else '[bold]'}\n" for k in range(8)))
    made = run("csv", "--data", data, "--epochs", 1, "--test", 0, "--engine", "native", "--out", tmp_path / "runs")
    assert made.exit_code == 0, made.output
    assert "[/red]" in made.output
    (path,) = (tmp_path / "runs").iterdir()
    answered = run("predict", path, "--data", data)
    assert answered.exit_code == 0, answered.output
    assert "[bold]" in answered.output


@pytest.mark.parametrize("width", [40, 80, 120])
def test_nothing_is_cut_where_a_table_is_wide(width):
    text, printer = printed(width)
    numbers = [f"{10.0**k:.6e}" for k in range(20)]
    printer.table(["which", *(f"column{k}" for k in range(20))], [["first", *numbers], ["second", *reversed(numbers)]])
    shown = text.getvalue()
    assert max(map(len, shown.splitlines())) <= width
    assert all(shown.split().count(number) == 2 for number in numbers)
    assert "\u2026" not in shown


def test_prose_is_broken_between_words():
    text, printer = printed(60)
    prose = "many words that would not fit on a line of the terminal together with the rest of it"
    printer.table(["task", "what it is", "number"], [["xor", prose, "+1.234567e-05 W"]])
    assert max(map(len, text.getvalue().splitlines())) <= 60
    assert "+1.234567e-05 W" in text.getvalue()
    assert set(prose.split()) <= set(text.getvalue().split())


def test_sentences_are_broken_between_words_on_a_terminal_and_stay_lines_elsewhere():
    sentence = "what goes with what, by system and by how outputs are nudged, for small nudging factors"
    text, printer = printed(40, force_terminal=True, color_system=None)
    printer.prose(sentence)
    lines = text.getvalue().splitlines()
    assert len(lines) == 3
    assert max(map(len, lines)) <= 40
    assert " ".join(line.strip() for line in lines) == sentence
    text, printer = printed(40)
    printer.prose(sentence)
    assert text.getvalue() == sentence + "\n"


def test_a_fault_of_the_program_is_a_line_and_a_traceback_on_request():
    @click.command()
    def broken():
        raise IndexError(HOSTILE)

    class Broken(Sections):
        def get_command(self, ctx, name):
            return broken

    program = Broken("program", params=[click.Option(["--debug"], is_flag=True)])
    made = CliRunner().invoke(program, ["broken"])
    assert made.exit_code == 1
    assert made.output.startswith("error: IndexError: a\\x1b[31m")
    assert len(made.output.splitlines()) == 1
    assert isinstance(CliRunner().invoke(program, ["--debug", "broken"]).exception, IndexError)


def test_ctrl_c_ends_with_the_status_that_shells_give_it():
    @click.command()
    def stopped():
        raise KeyboardInterrupt

    class Stopped(Sections):
        def get_command(self, ctx, name):
            return stopped

    made = CliRunner().invoke(Stopped("program"), ["stopped"])
    assert made.exit_code == 130
    assert made.output.split() == ["stopped"]


def test_what_takes_long_says_so_and_what_does_not_is_silent(monkeypatch, capsys):
    said = threading.Event()
    monkeypatch.setattr("ebana_like.cli.patience.complain", lambda text: (complain(text), said.set()))
    with patience("thinking"):
        pass
    monkeypatch.setattr("ebana_like.cli.patience.LONG", 0.001)
    with patience("drawing"):
        assert said.wait(60)
    assert capsys.readouterr().err == "drawing ...\n"


def test_one_is_not_several():
    assert [counted(1, "epoch"), counted(2, "epoch"), counted(0, "class", "classes")] == [
        "1 epoch",
        "2 epochs",
        "0 classes",
    ]


def test_help_names_the_kind_of_a_value_and_no_empty_default():
    for name in (["xor"], ["fit"], ["resume"], ["sweep"]):
        text = run(*name, "--help").output
        assert "VALUE" not in text
        assert "[default: ]" not in text
    assert re.search(r"--epochs N ", run("xor", "--help").output)
