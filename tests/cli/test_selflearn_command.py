"""`train-circuit selflearn` writes a netlist that learns, and what it did."""

import csv

import pytest
from click.testing import CliRunner

from ebana_like.cli.main import main
from ebana_like.networks.selflearn import self_learning_xor


def test_xor_is_learned_alone(tmp_path):
    done = CliRunner().invoke(
        main, ["selflearn", "xor", "--epochs", "3", "--seed", "2", "--out", str(tmp_path / "new")]
    )
    assert done.exit_code == 0, done.output
    assert "32 twin edges; 12 cycles of 1 ms in one .tran" in done.output
    rows = list(csv.DictReader((tmp_path / "new" / "selflearn-xor.csv").read_text().splitlines()))
    assert [float(row["time"]) for row in rows] == pytest.approx([0.00395, 0.00795, 0.01195])
    assert len(rows[0]) == 2 + 4 + 32
    assert float(rows[2]["rms"]) < float(rows[0]["rms"])
    assert ".tran 0.001 0.012 0 0.0001 uic" in (tmp_path / "new" / "selflearn-xor.cir").read_text()
    assert (tmp_path / "new" / "selflearn-xor.png").stat().st_size > 5000


def test_signs_are_told_by_one_copy(tmp_path):
    def run(*more):
        return CliRunner().invoke(main, ["selflearn", "xor", "--epochs", "2", "--out", str(tmp_path), *more])

    done = run("--rule", "sign", "--droop", "1m", "--injection", "2m")
    assert done.exit_code == 0, done.output
    assert "32 edges of one copy; 8 cycles of 1 ms in one .tran" in done.output
    text = (tmp_path / "selflearn-xor.cir").read_text()
    assert sum(line.startswith("sh") for line in text.splitlines()) == 12  # a node that no source holds, each
    assert "--current, --dead, --droop and --injection are of --rule sign" in run("--droop", "1m").output
    assert "signs charge by --current" in run("--rule", "sign", "--charging", "0.001").output
    assert "have no temperature; leave it out" in run("--celsius", "85").output


def test_a_folder_is_made_and_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    done = CliRunner().invoke(main, ["selflearn", "xor", "--out", str(tmp_path / "file")])
    assert done.exit_code == 2
    assert f"'{tmp_path / 'file'}' is a file" in done.output


def test_a_netlist_of_resistors_learns_the_rows_of_a_table(tmp_path):
    # the torus that learns XOR, as somebody's netlist: edge for edge the same circuit under other names
    known = self_learning_xor()
    name = {known.inputs[0]: "x1", known.inputs[1]: "x2"}
    name |= {node: "rail" if volts else "0" for node, volts in known.held.items()}
    edges = [tuple(name.get(int(node), f"n{node}") for node in edge) for edge in known.graph.edges]
    lines = [
        "torus",
        "v1 x1 0 0",
        "v2 x2 0 0",
        "vr rail 0 0.45",
        *(f"r{k} {a} {b} 1k" for k, (a, b) in enumerate(edges)),
    ]
    (tmp_path / "torus.cir").write_text("\n".join([*lines, ".end", ""]))
    rows = [f"{a},{b},{y}" for (a, b), y in zip(known.patterns.tolist(), known.targets.tolist(), strict=True)]
    (tmp_path / "xor.csv").write_text("\n".join(["a,b,y", *rows, ""]))
    ports = ["--inputs", "v1=a,v2=b", "--outputs", f"n{known.output[0]}-n{known.output[1]}=y"]
    given = ["--data", str(tmp_path / "xor.csv"), *ports, "--epochs", "2", "--out", str(tmp_path)]
    done = CliRunner().invoke(main, ["selflearn", str(tmp_path / "torus.cir"), *given])
    assert done.exit_code == 0, done.output
    assert "32 twin edges; 8 cycles of 1 ms in one .tran" in done.output
    assert CliRunner().invoke(main, ["selflearn", "xor", "--epochs", "2", "--out", str(tmp_path)]).exit_code == 0
    ours, theirs = (
        list(csv.DictReader((tmp_path / f"selflearn-{of}.csv").read_text().splitlines())) for of in ("torus", "xor")
    )
    for one, other in zip(ours, theirs, strict=True):
        assert float(one["rms"]) == pytest.approx(float(other["rms"]), rel=1e-3)
    done = CliRunner().invoke(main, ["selflearn", str(tmp_path / "torus.cir")])
    assert done.exit_code == 2
    assert "a netlist needs --data, --inputs and --outputs" in done.output
