"""Words from outside with escape sequences, markup, mathematics and templates in them: they are shown, never obeyed."""

import re
import shutil

import pytest
from click.testing import CliRunner

from ebana_like.cli import main

ODD = "[/red]\x1b[31m\u202ex\x9b$\\frac{{7*7}}"
OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def run(*words):
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert not OBEYED.search(done.output), repr(done.output)
    assert "fault of this program" not in done.output, done.output
    assert "Traceback" not in done.output, done.output
    assert "Warning" not in done.output, done.output
    return done


def refused(*words):
    done = run(*words)
    assert done.exit_code in (1, 2), done.output
    assert re.search(r"^error: [^\n]*\n\Z", done.output, re.MULTILINE), done.output


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    made = run("xor", "--engine", "native", "--epochs", 1, "--hidden", 2, "--out", folder)
    assert made.exit_code == 0, made.output
    (found,) = folder.iterdir()
    return found


@pytest.mark.parametrize(
    "command",
    [
        ("resume", "--epochs", 2),
        ("plot", "--what", "loss"),
        ("power",),
        ("voltages", "--engine", "native"),
        ("rerun", "--export", "ngspice", "-"),
    ],
    ids=lambda command: command[0],
)
def test_a_folder_may_have_any_name(command, trained, tmp_path):
    shutil.copytree(trained, tmp_path / ODD)
    done = run(command[0], tmp_path / ODD, *command[1:])
    assert done.exit_code == 0, done.output


def test_runs_of_any_name_are_compared(trained, tmp_path):
    for name in (ODD, "_hidden"):
        shutil.copytree(trained, tmp_path / name)
    done = run("compare", tmp_path / ODD, tmp_path / "_hidden", "--out", tmp_path / "c.svg")
    assert done.exit_code == 0, done.output
    picture = (tmp_path / "c.svg").read_text()
    assert r"[31m" in picture
    assert not OBEYED.search(picture)


TYPED = {
    "a command": (ODD,),
    "an option": (f"--{ODD}",),
    "an engine": ("xor", "--engine", ODD),
    "numbers": ("xor", "--hidden", ODD),
    "a table": ("csv", "--data", ODD),
    "a diode": ("xor", "--diode", ODD),
    "a diode by name": ("xor", "--diode", "\x1b[31m"),
    "a start": ("xor", "--start", ODD),
    "a config": ("xor", "--config", ODD),
    "a picture": ("plot", "RUN", "--what", ODD),
    "a file to draw into": ("plot", "RUN", "--what", "loss", "--out", f"{ODD}.gif"),
    "a program": ("rerun", "RUN", "--with", "\x1b[31m"),
    "the path of a program": ("rerun", "RUN", "--with", ODD),
    "a dialect": ("rerun", "RUN", "--export", ODD, "-"),
    "a grid": ("sweep", "xor", "--beta", ODD),
    "a goal": ("sweep", "xor", "--goal", ODD),
    "a task to sweep": ("sweep", ODD),
    "a task to configure": ("config", ODD),
    "a netlist": ("inspect", ODD),
}


@pytest.mark.parametrize("name", TYPED)
def test_what_is_typed_is_repeated_as_it_may_be_shown(name, trained, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refused(*(trained if word == "RUN" else word for word in TYPED[name]))


CONFIGS = {
    "a task": ('task = "xor"', 'task = "\\u001b[31m[/red]\\u202e"'),
    "a task that is a list": ('task = "xor"', 'task = ["\\u001b[31m"]'),
    "a setting": ("[settings]", '[settings]\n"\\u001b[31m[/red]" = 1'),
    "a table": ("[settings]", '["\\u001b[31m[/red]"]\na = 1\n[settings]'),
    "an engine": ('engine = "native"', 'engine = "\\u001b[31m[/red]"'),
    "a diode": ('diode = "d1n4148"', 'diode = "\\u001b[31m[/red]"'),
    "a control character": ('engine = "native"', 'engine = "\x1b[31m"'),
}


@pytest.mark.parametrize("command", [("report",), ("resume", "--epochs", 2), ("inspect",)], ids=lambda words: words[0])
@pytest.mark.parametrize("name", CONFIGS)
def test_what_a_run_says_of_itself_is_shown_and_not_obeyed(name, command, trained, tmp_path):
    given = tmp_path / "run"
    shutil.copytree(trained, given)
    text = (given / "config.toml").read_text()
    assert CONFIGS[name][0] in text
    (given / "config.toml").write_text(text.replace(*CONFIGS[name]))
    refused(command[0], given, *command[1:])


HISTORIES = {
    "columns": lambda text: text.replace("epoch", "\x1b[31mepoch", 1),
    "a word": lambda text: text + "\x1b[31m,[/red]\n",
    "no text": lambda text: "\x00\xff",
    "too long a row": lambda text: text + "1," * 200 + "\n",
    "too short a row": lambda text: text + "1\n",
    "half": lambda text: text[:20],
}


@pytest.mark.parametrize("name", HISTORIES)
def test_a_history_that_is_none_is_told_in_a_line(name, trained, tmp_path):
    given = tmp_path / "run"
    shutil.copytree(trained, given)
    text = (given / "history.csv").read_text()
    (given / "history.csv").write_text(HISTORIES[name](text), encoding="latin-1")
    refused("plot", given, "--what", "loss")


BODY = "V1 {node} 0 1\nR1 {node} out 1k\nR2 out 0 1k\n.end\n"
SHOWN = {
    "title with markup": ("[/red] [bold] [link=x]t\n", "in"),
    "title with control characters of Unicode": ("\u009b31mt\n", "in"),
    "title turned round": ("\u202et\n", "in"),
    "node with markup": ("t\n", "[/red]"),
    "node with a template": ("t\n", "{{7}}[bold]"),
    "node of Chinese": ("t\n", "\u4e2d"),
    "comment turned round": ("t\n* \u202e\n", "in"),
}
NETLISTS = {
    "title with an escape": ("\x1b[31mt\n", "in"),
    "node with control characters of Unicode": ("t\n", "a\u009b31m"),
    "node turned round": ("t\n", "a\u202eb"),
    "node with another line's end": ("t\n", "a\u2028b"),
    "node with an escape": ("t\n", "a\x1b[31m"),
    "settings with an escape": ("t\n* @fit \u202e x\n", "in"),
    "settings with markup": ("t\n* @fit [/red] x\n", "in"),
}


def netlist(tmp_path, text, node):
    path = tmp_path / "n.cir"
    path.write_text(text + BODY.format(node=node))
    (tmp_path / "t.csv").write_text("v1,out\n1,0.5\n2,1\n")
    return ("fit", path, "--data", tmp_path / "t.csv", "--inputs", "v1", "--outputs", "out", "--epochs", 1)


@pytest.mark.parametrize("name", SHOWN)
def test_names_of_a_netlist_are_shown_and_not_obeyed(name, tmp_path):
    fit = netlist(tmp_path, *SHOWN[name])
    for words in (("voltages", fit[1], "--engine", "native"), fit):
        done = run(*words)
        if "{{" in SHOWN[name][1]:
            assert done.exit_code == 1, done.output
        else:
            assert done.exit_code == 0, done.output


@pytest.mark.parametrize("name", NETLISTS)
def test_names_that_no_netlist_has_are_told_in_a_line(name, tmp_path):
    refused(*netlist(tmp_path, *NETLISTS[name]))


LABELS = ("[/red]", "\u202ex", "$\\frac{", "{{7*7}}", "<script>x", "_x", "%s{}\\")


@pytest.mark.parametrize("label", LABELS)
def test_names_of_classes_are_shown_and_not_obeyed(label, tmp_path):
    (tmp_path / "t.csv").write_text(
        f"{label},b,y\n" + "".join(f"{k},{k * k % 5},{(label, 'z')[k % 2]}\n" for k in range(12))
    )
    words = ("csv", "--data", tmp_path / "t.csv", "--epochs", 1, "--hidden", 2, "--out", tmp_path / "runs")
    made = run(*words)
    assert made.exit_code == 0, made.output
    (folder,) = (tmp_path / "runs").iterdir()
    for more in (("predict", folder, "--data", tmp_path / "t.csv"), ("plot", folder, "--what", "confusion")):
        done = run(*more)
        assert done.exit_code == 0, done.output
    picture = (folder / "confusion.svg").read_text()
    assert "<script>" not in picture.replace("<!--", "")
