"""`train-circuit transient` shows what a netlist does in time, and writes it down."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from ebana_like.cli.main import main

NETLISTS = Path(__file__).parents[2] / "netlists"

RLC = """Series resonance
V1 in 0 PULSE(0 1 1u 10n 10n 20u 40u)
R1 in a 50
L1 a out 100u
C1 out 0 1n
.tran 50n 10u
.end
"""


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_a_netlist_is_followed_as_its_tran_line_says(tmp_path):
    (tmp_path / "rlc.cir").write_text(RLC)
    done = run("transient", tmp_path / "rlc.cir", "--node", "out,in")
    assert done.exit_code == 0, done.output
    assert "200 steps of 50 ns to 10 µs" in done.output
    assert "1 capacitor of 1 nF, 1 inductor" in done.output
    rows = list(csv.DictReader((tmp_path / "rlc-transient.csv").read_text().splitlines()))
    assert len(rows) == 201
    out = np.array([float(row["out"]) for row in rows])
    assert out[0] == 0
    assert out.max() == pytest.approx(1 + np.exp(-np.pi / np.sqrt(4 / 0.025 - 1)), abs=0.02)  # overshoot, zeta = 0.079
    assert (tmp_path / "rlc-transient.png").stat().st_size > 5000


def test_a_netlist_without_time_is_switched_on(tmp_path):
    (tmp_path / "rc.cir").write_text("t\nv1 a 0 5\nr1 a b 1k\nc1 b 0 1u\n.end\n")
    done = run("transient", tmp_path / "rc.cir")
    assert done.exit_code == 0, done.output
    assert "time constants close to where it settles: 1 ms" in done.output
    settled = float(re.search(r"switched on +([\d.]+) ms", done.output)[1])
    assert settled == pytest.approx(np.log(100), abs=0.006)  # of one millisecond, shown with three digits
    assert "as the course asks for" in done.output
    assert "24.8 µJ" in done.output


HYSTERESIS = "switches with a hysteresis are read as what they are at DC"
CHARGING = "t\nv1 a 0 pulse(5 0 9m 1u 1u 9m)\nr1 a b 1k\nc1 b 0 1u{ic}\n.tran 1u 5m{uic}\n{line}.end\n"


@pytest.mark.parametrize(("uic", "volts"), [("", 5.0), (" uic", 5 * (1 - np.exp(-1)))])
def test_a_course_begins_where_its_tran_line_says(uic, volts, tmp_path):
    """At the operating point, where the capacitor is charged, or at 0 V, to be charged in one millisecond."""
    (tmp_path / "rc.cir").write_text(CHARGING.format(ic="", uic=uic, line=""))
    assert run("transient", tmp_path / "rc.cir", "--node", "b").exit_code == 0
    rows = list(csv.DictReader((tmp_path / "rc-transient.csv").read_text().splitlines()))
    (at,) = [float(row["b"]) for row in rows if float(row["time"]) == pytest.approx(1e-3)]
    assert at == pytest.approx(volts, abs=1e-3)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ic": " ic=2", "uic": " UIC"}, "has initial conditions, .ic or ic="),
        ({"line": ".IC v(b)=3\n"}, "has initial conditions, .ic or ic="),
        (
            {"line": "s1 b 0 a 0 sw\n.model sw sw(vt=1 vh=0.1)\n"},
            HYSTERESIS,
        ),
        (
            {"line": "w1 b 0 v1 sw\n.model sw csw(it=1 ih=0.1)\n"},
            HYSTERESIS,
        ),
    ],
)
def test_what_only_time_knows_and_is_not_read_is_refused_in_time_alone(changes, reason, tmp_path):
    (tmp_path / "rc.cir").write_text(CHARGING.format(**{"ic": "", "uic": "", "line": "", **changes}))
    done = run("transient", tmp_path / "rc.cir", "--node", "b")
    assert done.exit_code == 1
    assert reason in done.output
    assert run("voltages", tmp_path / "rc.cir").exit_code == 0


def test_a_trained_circuit_is_given_its_inputs(tmp_path):
    copied = tmp_path / "xor.cir"
    copied.write_text((NETLISTS / "xor.cir").read_text())
    done = run("transient", tmp_path / "xor.cir", "--capacitance", "10p", "--engine", "native")
    assert done.exit_code == 0, done.output
    assert "10 pF" in done.output
    assert "from rest" in done.output


def test_what_cannot_be_is_refused(tmp_path):
    (tmp_path / "r.cir").write_text("t\nv1 a 0 5\nr1 a 0 1k\n.end\n")
    advice = "nothing in this circuit stores charge or flux; give --capacitance; or give --stop, seconds"
    assert advice in " ".join(run("transient", tmp_path / "r.cir").output.split())
    assert 'there is no node "z"' in run("transient", tmp_path / "r.cir", "--node", "z").output
    assert run("transient", tmp_path / "r.cir", "--stop", "fast").exit_code == 2
    assert "fill 16,000,000,016 bytes" in run("transient", tmp_path / "r.cir", "--stop", "1", "--step", "1n").output
    assert "0 < step <= stop" in run("transient", tmp_path / "r.cir", "--stop", "1u", "--step", "2u").output


def test_samples_that_are_not_there_are_told(tmp_path):
    made = run("xor", "--engine", "native", "--epochs", 1, "--beta", 1e-7, "--out", tmp_path)
    assert made.exit_code == 0, made.output
    (path,) = tmp_path.iterdir()
    done = run("transient", path, "--samples", 9, "--step", "100n", "--stop", "2u", "--engine", "native")
    assert done.exit_code == 0, done.output
    assert "samples is 9, but the run has 4 training samples in all" in done.output
