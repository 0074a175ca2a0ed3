"""Crossbars whose wires have resistance, against a solution of all their nodes at once."""

import numpy as np
import pytest
from scipy.sparse import lil_array
from scipy.sparse.linalg import spsolve

from ebana_like import Crossbar, DiodePair, Inputs, OutputPairs, build_network
from ebana_like.elements import Resistors, WiredCrossbar, Wires
from ebana_like.elements.wire_fields import Fields
from ebana_like.errors import CircuitError
from ebana_like.netlist.wires import ladder
from ebana_like.wiring import labels

EXACT = 1e-10
"""Of the largest voltage at a port: ten times what the fields are solved to."""

GRADIENT = 1e-7
"""Of the largest signal: ten times what the fields that are multiplied are solved to."""

SIZES = [(7, 5), (40, 18), (1, 4), (6, 1)]
WIRES = [
    Wires(1, 2, 0.5, 3),
    Wires(300, 100),
    Wires(row=20),
    Wires(column=20),
    Wires(driver=50),
    Wires(sense=70, row=5),
    Wires(5000, 5000),
]


def crossbar(rows, columns, wires, seed=0):
    rng = np.random.default_rng(seed)
    ports = np.tile(np.arange(1, rows + 1), columns), np.repeat(np.arange(rows + 1, rows + columns + 1), rows)
    return WiredCrossbar("x", labels("r", "x", rows * columns), *ports, rng.uniform(1e-6, 1e-4, rows * columns), wires)


def node_voltages(bank, ports):
    """Solve Kirchhoff's law at all nodes inside, given the voltages of those outside, ground first."""
    names, banks = bank.ladder(len(ports))
    size = len(ports) + len(names)
    matrix = lil_array((size, size))
    for part in banks:
        for p, n, g in zip(part.positive.tolist(), part.negative.tolist(), part.conductance.tolist(), strict=True):
            matrix[p, p] += g
            matrix[n, n] += g
            matrix[p, n] -= g
            matrix[n, p] -= g
    dense = matrix.tocsr()
    inside = np.arange(len(ports), size)
    if not len(inside):
        return ports
    held = dense[inside][:, : len(ports)] @ ports
    return np.concatenate([ports, np.atleast_1d(spsolve(dense[inside][:, inside].tocsc(), -held))])


@pytest.mark.parametrize("wires", WIRES, ids=str)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_cells_have_the_drops_of_the_whole_ladder(size, wires):
    bank = crossbar(*size, wires)
    volts = np.random.default_rng(1).normal(size=(3, 1 + sum(size)))
    found = bank.cell_drops(volts)
    cells = bank.ladder(1 + sum(size))[1][0]
    for drops, ports in zip(found, volts, strict=True):
        assert drops == pytest.approx(cells.drop(node_voltages(bank, ports)), abs=EXACT)


@pytest.mark.parametrize("wires", WIRES, ids=str)
def test_what_a_crossbar_is_reduced_to_carries_the_same_at_every_port(wires):
    bank = crossbar(9, 6, wires)
    ports = np.random.default_rng(2).normal(size=16)
    through = bank.own_current(ports)
    expected = np.zeros(16)
    np.add.at(expected, bank.positive, through)
    np.subtract.at(expected, bank.negative, through)
    found = np.zeros(16)
    for part in bank.reduced(with_rows=True):
        assert isinstance(part, Resistors)
        current = part.current(part.drop(ports))
        np.add.at(found, part.positive, current)
        np.subtract.at(found, part.negative, current)
    assert found == pytest.approx(expected, abs=1e-3 * EXACT)  # at some 1e-3 S a port


@pytest.mark.parametrize("wires", WIRES, ids=str)
@pytest.mark.parametrize("still", [True, False], ids=["rows stand still", "rows move"])
@pytest.mark.parametrize("samples", [2, 40])
def test_the_learning_signal_is_that_of_each_cell_alone(samples, still, wires):
    bank = crossbar(8, 5, wires)
    rng = np.random.default_rng(3)
    volts = rng.normal(size=(3, samples, 14))
    if still:
        volts[:, :, 1:9] = volts[0, :, 1:9]
    coefficients = rng.normal(size=(3, samples))
    coefficients[0] = -coefficients[1:].sum(axis=0)
    found = bank.learning_signal("conductance", volts, coefficients)
    expected = np.einsum("pb,pbn->n", coefficients, bank.cell_drops(volts) ** 2 / 2)
    assert found == pytest.approx(expected, abs=GRADIENT * np.abs(expected).max())


def test_wires_of_no_resistance_change_nothing():
    bank = crossbar(6, 4, Wires())
    volts = np.random.default_rng(4).normal(size=(2, 11))
    assert bank.cell_drops(volts) == pytest.approx(bank.drop(volts), abs=1e-15)
    assert [part.name for part in bank.reduced(with_rows=True)] == ["x"]


def test_a_large_crossbar_obeys_kirchhoffs_law_at_every_node_inside():
    rows, columns = 300, 40
    rng = np.random.default_rng(5)
    fields = Fields(rng.uniform(1e-7, 1e-5, (rows, columns)), Wires(2, 3, 1, 4))
    volts, ends = rng.normal(size=(1, rows)), rng.normal(size=(1, columns))
    through = fields.g * fields.drops(volts, ends)[0].T
    # along a row flows what its cells behind take, along a column what its cells before gave
    along = np.cumsum(through[:, ::-1], axis=1)[:, ::-1]
    down = np.cumsum(through, axis=0)
    w = volts.T - (3 * along[:, :1] + 2 * (np.cumsum(along, axis=1) - along[:, :1]))
    b = ends + 7 * down[-1] + 3 * (np.cumsum(down[::-1], axis=0)[::-1] - down[-1])
    assert w - b == pytest.approx(through / fields.g, abs=EXACT)


def test_what_a_network_is_built_with_is_told():
    circuit = build_network([Inputs(2), Crossbar(4, wires=Wires(row=1)), DiodePair(), Crossbar(2), OutputPairs()])
    assert isinstance(circuit.named("crossbar1"), WiredCrossbar)
    assert isinstance(circuit.named("crossbar2"), Resistors)
    whole = ladder(circuit)
    assert whole.nodes[: len(circuit.nodes)] == circuit.nodes
    assert len(whole.nodes) == len(circuit.nodes) + 6 * 4
    with pytest.raises(CircuitError, match="Crossbar: wires is 1; expected Wires"):
        Crossbar(4, wires=1)
    with pytest.raises(CircuitError, match="Wires: row is -1"):
        Wires(row=-1)


def test_cells_that_are_no_crossbar_are_refused():
    bank = crossbar(2, 2, Wires(1, 1))
    with pytest.raises(CircuitError, match='bank "y" of 3 cells is no crossbar'):
        WiredCrossbar("y", labels("r", "y", 3), bank.positive[:3], bank.negative[:3], bank.conductance[:3])
    with pytest.raises(CircuitError, match='some of the cells of bank "x" alone are no crossbar'):
        bank.take(np.arange(2))
