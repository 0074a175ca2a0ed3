"""`train-circuit waveform` trains a netlist in time, and writes what it learned."""

import csv

import numpy as np
from click.testing import CliRunner

from ebana_like.cli.main import main
from ebana_like.netlist import load_netlist

LADDER = """A ladder that is to delay
Vin s 0 0
Rs s n0 1k
C0 n0 0 150p
L1 n0 n1 150u
C1 n1 0 150p
L2 n1 out 150u
C2 out 0 150p
Rl out 0 1k
.end
"""


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def files(tmp_path):
    (tmp_path / "ladder.cir").write_text(LADDER)
    times = np.arange(151) * 2e-8
    rows = [f"{t},{np.exp(-(((t - 9e-7) / 3e-7) ** 2))},{0.5 * np.exp(-(((t - 1.3e-6) / 3e-7) ** 2))}" for t in times]
    (tmp_path / "delay.csv").write_text("\n".join(["time,x,y", *rows, ""]))
    return tmp_path / "ladder.cir", "--data", tmp_path / "delay.csv", "--inputs", "vin=x", "--outputs", "out=y"


def test_a_delay_is_learned_by_the_error_played_backwards(tmp_path):
    done = run("waveform", *files(tmp_path), "--rule", "reversed-error", "--train", "c*,l1", "--epochs", "15")
    assert done.exit_code == 0, done.output
    rows = list(csv.DictReader((tmp_path / "ladder-waveform.csv").read_text().splitlines()))
    assert list(rows[0]) == ["time", "y", "y_wanted"]
    assert len(rows) == 151
    circuit = load_netlist(tmp_path / "ladder-waveform.cir").circuit
    coils = dict(zip(circuit.storage.inductors.wires, circuit.storage.inductors.inductance, strict=True))
    assert coils["vl2"] == 150e-6
    assert coils["vl1"] > 151e-6
    assert "reversed-error" in done.output
    assert (tmp_path / "ladder-waveform.png").stat().st_size > 5000


def test_what_a_rule_cannot_train_is_refused_in_a_line(tmp_path):
    done = run("waveform", *files(tmp_path), "--rule", "echo")
    assert done.exit_code == 1
    assert "rs is a resistor: an echo retraces the course of capacitors and inductors alone" in done.output.lower()
    done = run("waveform", *files(tmp_path), "--train", "q*")
    assert done.exit_code == 2
    assert "names no resistor, capacitor or inductor" in done.output
