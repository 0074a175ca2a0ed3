"""Netlists that would run commands, read other people's files or never end: each is refused at once, by line."""

import os
import re

import pytest

from ebana_like.errors import NetlistError
from ebana_like.netlist import load_netlist, write_netlist
from ebana_like.netlist.deck import load_deck

FINE = "v1 a 0 1\nr1 a b 1k\nr2 b 0 1k\n"


def deck(lines, title="title"):
    return f"{title}\n{FINE}{lines}\n.end\n"


def doubling(levels):
    """A subcircuit that holds two of the next, 2^levels resistors in all."""
    parts = [f".subckt s{k} a b\nx1 a b s{k + 1}\nx2 a b s{k + 1}\n.ends\n" for k in range(levels)]
    return "".join(parts) + f".subckt s{levels} a b\nr1 a b 1\n.ends\nx1 a b s0"


HUNDREDS = ".subckt wide a b\n" + "r{} a b 1\n" * 100 + ".ends\n"

NETLISTS = {
    "control split over lines": (deck(".con\n+trol\nshell touch {canary}"), "this kind of line is not known"),
    "executed comment": (deck("*#shell touch {canary}"), "ngspice would execute this line"),
    "executed comment behind the digits": (deck("*# set numdgt=16; shell touch {canary}"), "ngspice would execute"),
    "executed comment behind a print": (deck("*# print v(a); shell touch {canary}"), "ngspice would execute"),
    "executed comment that prints into a file": (deck("*# print v(a) > {canary}"), "ngspice would execute"),
    "executed comment that prints a program's output": (deck("*# print v(`touch {canary}`)"), "ngspice would execute"),
    "executed comment behind .end": (deck(".end\n*#shell touch {canary}"), "ngspice would execute"),
    "script mark": (deck("*ng_script\nshell touch {canary}"), "execute this file as a script"),
    "script mark as title": (deck("shell touch {canary}", "*ng_script"), "execute this file as a script"),
    "control as title": (deck("shell touch {canary}", ".control"), "the first line is the title"),
    "include as title": (deck("", ".include {secret}"), "the first line is the title"),
    "shell command": (deck("shell touch {canary}"), "switches|expected|no .model|words"),
    "backquotes in a value": (deck("r3 a 0 `touch {canary}`"), "in backquotes"),
    "backquotes in a continued line": (deck("r3 a\n+ 0 `touch {canary}`"), "in backquotes"),
    "include of a foreign file": (deck(".include {secret}"), "only files inside"),
    "include through ..": (deck(".include sub/../../secret/card.inc"), "only files inside"),
    "include through a link": (deck(".include link.inc"), "only files inside"),
    "include through a linked folder": (deck(".include linked/card.inc"), "only files inside"),
    "include from an included file": (deck(".include sub/reaches.inc"), "only files inside"),
    "include of a home folder": (deck(".include ~/card.inc"), "No such file"),
    "include of a device": (deck(".include /dev/zero"), "only files inside"),
    "include of a pipe": (deck(".include pipe"), "it is no plain file"),
    "include of a folder": (deck(".include sub"), "Is a directory"),
    "include of itself": (deck(".include my.cir"), "inside each other|no .subckt|first line|files are included"),
    "include with a name that ends early": (deck('.include "a\\0b"'), "No such file|cannot be followed"),
    "include of a program's output": (deck(".include |ls"), "No such file"),
    "include of a web page": (deck(".include http://localhost/x"), "No such file"),
    "include of a huge file": (deck(".include huge.inc"), "are taken for a mistake"),
    "library of a foreign file": (deck(".lib {secret} tt"), "only files inside"),
    "library without that section": (deck(".lib sub/lib.lib ff"), "has no section"),
    "code model": (
        deck("a1 a b filesrc\n.model filesrc filesource(file={secret})"),
        "the code model filesource is not known",
    ),
    "code model that starts a program": (
        deck("a1 [b] c [d] null m\n.model m d_process(process_file={secret})"),
        "d_process works on events",
    ),
    "model that names a file": (deck("d1 b 0 m\n.model m d(is={secret})"), "is not a number"),
    "loaded code": (deck(".codemodel /tmp/x.cm"), "this kind of line is not known"),
    "osdi code": (deck("n1 a b mod\n.pre_osdi /tmp/x.osdi"), "this kind of line is not known"),
    "behavioural source": (deck("b1 b 0 v=system(1)"), "there is no function 'system'"),
    "source read from a file": (deck('v2 c 0 pwl file="{secret}"'), "is not a number"),
    "python in braces": (
        deck("r3 a 0 {{__import__('os').system('touch {canary}')}}"),
        "not understood|not a number|words",
    ),
    "attributes in braces": (deck("r3 a 0 {{(1).real}}"), "not understood"),
    "power without end": (deck("r3 a 0 {{9**9**9**9}}"), "a power of a power"),
    "number without end": (deck("r3 a 0 1e" + "9" * 99_000), 'line 5: "1e9999'),
    "a line without end": (deck("r3 a 0 1" + " 1" * 5_000_000), "longer than 100,000"),
    "a file without lines": (deck("x" * 10_000_000), "longer than 100,000"),
    "digits without end": (deck("r3 a 0 " + "9" * 1_000_000), "longer than 100,000"),
    "deep parentheses": (deck("r3 a 0 {{" + "(" * 900 + "1" + ")" * 900 + "}}"), "nested more than"),
    "long expression": (deck("r3 a 0 {{" + "1+" * 40_000 + "1}}"), "longer than"),
    "signs without end": (deck("r3 a 0 {{" + "-" * 99_000 + "1}}"), "longer than"),
    "spaces without end": (deck(".param" + " " * 99_000 + "x"), "expected parameters"),
    "quotes without end": (deck("r3 a 0 '" + "'" * 99_000), "words"),
    "braces without end": (deck("r3 a 0 " + "{{" * 99_000), "words"),
    "equals without end": (deck(".param a" + "=" * 99_000), "expected parameters"),
    "continued a million times": (deck("r3 a b" + "\n+ 1" * 300_000), "longer than 100,000"),
    "name without end": (deck("r3 a " + "n" * 99_000 + " 1"), "is longer than"),
    "parameters in a circle": (deck(".param p={{q}} q={{r}} r={{p}}\nr3 a b {{p}}"), "is defined by itself"),
    "parameters in a long chain": (
        deck(".param p0=1\n" + "".join(f".param p{k + 1}={{{{p{k}}}}}\n" for k in range(5000)) + "r3 a b {{p5000}}"),
        "are defined by each other",
    ),
    "subcircuit that contains itself": (deck(".subckt s a b\nx1 a b s\n.ends\nx1 a b s"), "contains itself"),
    "subcircuits that contain each other": (
        deck(".subckt s a b\nx1 a b t\n.ends\n.subckt t a b\nx1 a b s\n.ends\nx1 a b s"),
        "contains itself",
    ),
    "a billion resistors": (deck(doubling(19)), "expand to more than"),
    "two to the thousandth resistors": (deck(doubling(1000)), "deep"),
    "a subcircuit inside another a thousand times": (
        deck("\n".join(f".subckt s{k} a b" for k in range(1000))),
        "defined more than",
    ),
    "many wide subcircuits": (
        deck(HUNDREDS.format(*range(100)) + "\n".join(f"x{k} a b wide" for k in range(3000))),
        "expand to more than",
    ),
    "parameters that nobody uses": (
        deck(
            ".subckt s a b\n" + "r1 a b {{q}}\n" * 2000 + ".ends\nx1 a b s " + " ".join(f"p{k}=1" for k in range(9000))
        ),
        'has no parameter "p0"',
    ),
    "line that is not closed": (deck(".subckt s a b\nr1 a b 1"), "has no .ends"),
    "bytes that are no text": ("title\n" + FINE + "\x00\x01\n.end\n", "it is not text"),
    "escape codes for the terminal": ("title\n" + FINE + "* \x1b]0;owned\x07\n.end\n", "it is not text"),
    "node with a bracketed command": (deck("r3 a $(touch) 1"), "expected 4 words"),
    "node that is a variable": (deck("r3 a $path 1"), "is no name of a node"),
    "quit": (deck("quit"), "expected|there is no .model"),
    "other temperature": (deck(".temp 1e9"), "temp is 1e.09"),
    "condition of a program": (deck(".if (`touch {canary}`)\n.endif"), "in backquotes"),
    "verilog": (deck(".hdl {secret}"), "this kind of line is not known"),
    "data file": (deck(".data x file={secret}\n.enddata"), "this kind of line is not known"),
    "save into a foreign file": (deck(".write {canary}"), "this kind of line is not known"),
}


@pytest.fixture
def place(tmp_path):
    """A netlist's folder with traps in it, and a secret beside it."""
    folder, secret = tmp_path / "mine", tmp_path / "secret"
    (folder / "sub").mkdir(parents=True)
    secret.mkdir()
    (secret / "card.inc").write_text(".model secret d is=1\n")
    (folder / "link.inc").symlink_to(secret / "card.inc")
    (folder / "linked").symlink_to(secret)
    (folder / "sub" / "reaches.inc").write_text(".include ../../secret/card.inc\n")
    (folder / "sub" / "lib.lib").write_text(".lib tt\n.endl\n")
    os.mkfifo(folder / "pipe")
    with (folder / "huge.inc").open("wb") as file:
        file.truncate(10**12)  # takes no room on the disk
    return folder


@pytest.mark.parametrize("name", NETLISTS)
def test_a_hostile_netlist_is_refused_before_it_does_anything(name, place, guard):
    text, reason = NETLISTS[name]
    canary, secret = place / "canary", place.parent / "secret" / "card.inc"
    text = text.replace("{canary}", str(canary)).replace("{secret}", str(secret)).replace("{{", "{").replace("}}", "}")
    (place / "my.cir").write_text(text)
    with guard(place), pytest.raises(NetlistError) as caught:
        load_netlist(place / "my.cir")
    assert re.search(reason, str(caught.value)), str(caught.value)
    assert len(str(caught.value)) < 600
    assert not canary.exists()


PAIRS = "".join(f"r{k} a {name} 1\nrr{k} {name} 0 1\n" for k, name in enumerate(map(chr, range(0x4E00, 0x4E00 + 8000))))
MODELS = ".subckt s a b i=1\n.model dd d is={i}\nd1 a b dd\n.ends\n" + "".join(
    f"x{k} b 0 s i={k + 1}p\n" for k in range(4000)
)
MANY = "+".join(f"p{k}" for k in range(300))

LARGE = {
    "nodes whose names have no letter in common with ours": PAIRS,
    "elements of such names": "".join(f"r{chr(0x4E00 + k)} a 0 1\n" for k in range(8000)),
    "a model of other values in each subcircuit": MODELS,
    "resistors that all follow from hundreds of parameters": "".join(f".param p{k}=1\n" for k in range(300))
    + f".param q={{{MANY}}}\n"
    + "".join(f"r{k + 9} a 0 {{q}}\n" for k in range(8000)),
}


@pytest.mark.parametrize("name", LARGE)
def test_what_is_large_is_read_in_time_that_grows_with_it(name, place, guard):
    """Where each name were compared with those before, 8000 of them would take several seconds."""
    (place / "my.cir").write_text(deck(LARGE[name]))
    with guard(place):
        assert load_deck(place / "my.cir").elements


def test_there_are_enough_kinds():
    assert len(NETLISTS) >= 25


def test_the_same_traps_are_harmless_when_they_stand_in_plain_comments(place, guard):
    (place / "my.cir").write_text(deck("* shell touch x\n* `touch x`\n*.control\nr3 a 0 1k ; `touch x`\n"))
    with guard(place):
        assert len(load_netlist(place / "my.cir").circuit.nodes) == 3


IGNORED = {
    "control section": ".control\nshell touch {canary}\nalter r1 = `touch {canary}`\n*# shell touch {canary}\n.endc",
    "control section without end": ".control\nshell touch {canary}",
    "control section in capitals": ".CONTROL\nshell touch {canary}\n.ENDC",
    "option that reads a file": ".options seed={secret}",
    "model that names a file": "d1 b 0 m\n.model m d(is=1n file={secret})",
    "initial condition from a file": ".ic v(a)={secret}",
}


@pytest.mark.parametrize("name", IGNORED)
def test_what_is_not_read_reaches_no_simulator(name, place, guard):
    text = IGNORED[name].replace("{canary}", str(place / "canary")).replace("{secret}", str(place.parent / "secret"))
    (place / "my.cir").write_text(deck(text))
    with guard(place):
        netlist = load_netlist(place / "my.cir")
    assert len(netlist.notes) == 1
    assert "touch" not in write_netlist(netlist)
    assert "secret" not in write_netlist(netlist)


def test_the_guard_sees_what_it_should(place, guard):
    with pytest.raises(AssertionError), guard(place):
        (place.parent / "secret" / "card.inc").read_text()
    with pytest.raises(AssertionError), guard(place):
        os.system("true")
