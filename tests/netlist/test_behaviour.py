"""Sources whose law is an expression, a table or a polynomial: solved as ngspice does, trained, and written again."""

import random
from dataclasses import replace

import numpy as np
import pytest

from ebana_like.elements import VCCS, VCVS, BehaviouralConductors, BehaviouralCurrents, Range, Resistors, dense
from ebana_like.energy import symmetry, total_cocontent
from ebana_like.errors import NetlistError
from ebana_like.expressions import Name
from ebana_like.fitting import prepare
from ebana_like.netlist import DIALECTS, Netlist, read_netlist, write_netlist
from ebana_like.netlist.deck import read_deck
from ebana_like.nudges.ways.current import sources_across
from ebana_like.ports import OutputPorts
from ebana_like.simulators.native.simulator import NativeSimulator
from ebana_like.simulators.ngspice.simulator import NgspiceSimulator
from ebana_like.systems import CircuitSystem

AROUND = """title
*# set numdgt=16
.options reltol=1e-12 vntol=1e-15 abstol=1e-18
.param g=3
.func f(x) {x*x+1}
va a 0 2
vb b 0 3
ra a 0 2
rb b 0 1
"""

SPELLED = [
    "e1 n 0 value={v(a)*2}",
    "e1 n 0 value = { v(a) * 2k }",
    "e1 n 0 value='v(a)*2'",
    "e1 n 0 value=v(a)*v(b)",
    "e1 n 0 vol='v(a)*v(a,b)'",
    "e1 n 0 value {v(a)+v(b)**2}",
    "g1 0 n value={v(a)*v(b)}",
    "g1 0 n cur='v(a)*exp(v(b)/3)'",
    "g1 0 n value={v(a)} m=3",
    "e1 n 0 value={g*v(a)*{g}+f(v(b))}",
    "b1 n 0 v={g}*v(a)+1",
    "b1 n 0 v='v(a)*2'",
    "b1 n 0 v = g * v(a) - v(b)",
    "b1 n 0 v=v(a)*-v(b)+10",
    "b1 n 0 v=v(a)>1 ? v(b) : 3",
    "b1 n 0 v=i(va)*i(vb)+v(b)",
    "b1 n 0 v=pow(v(a)-4,3)",
    "b1 n 0 v=3.5",
    "b1 0 n i=v(a)*2 m=2",
    "b1 n 0 i=v(a)*v(n)",
    "b1 n 0 i=v(n)^2-4",
    "b1 n 0 i=i(va)",
    "b1 n 0 v=pi*temper+time",
    "e1 n 0 table {v(a)} = (0,0) (3,6)",
    "e1 n 0 table {v(a)} (0,0), (1,3)",
    "e1 n 0 table {v(a)}={(3,5) (4,6k)}",
    "e1 n 0 table={v(a)*v(b)} 0,0 3,6 10 7",
    "g1 0 n table {v(a)-v(b)} = (-3,0) (3,6)",
    "e1 n 0 poly(1) a 0 1 2 3",
    "e1 n 0 poly(1) (a,0) 3",
    "e1 n 0 poly(2) (a,0) (b,0) 1 2 3 4 5 6 7 8 9 10",
    "e1 n 0 poly (3) a 0 b 0 a b 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20",
    "g1 0 n poly(2) a 0 b 0 0 0 0 0 1",
    "f1 0 n poly(2) va vb 1 2 3 4 5 6",
    "f1 0 n poly(1) va 0 2",
    "h1 n 0 poly(2) va vb 0 2 3",
    "f1 0 n va 3 m=2",
    "g1 0 n a 0 2 m=2",
    "e1 n 0 vcvs a 0 3",
    "x1 n a s\n.subckt s p q k=4\nb1 p 0 v=v(q)*v(r)*k+i(v1)\nv1 q r 1\nr1 r 0 1\n.ends",
]


@pytest.mark.parametrize("line", SPELLED)
def test_what_is_spelled_in_many_ways_is_what_ngspice_solves(line, ngspice):
    text = f"{AROUND}{line}\nr1 n 0 1\n.op\n.end\n"
    circuit = read_netlist(text).circuit
    with NativeSimulator(circuit) as simulator:
        points = simulator.solve({}, np.zeros((1, 0)))
    found = points.voltages[0, 0, circuit.nodes.index("n")]
    assert found == pytest.approx(ngspice(text)["n"], rel=1e-12, abs=1e-12)


def test_what_is_proportional_or_constant_is_an_ordinary_source():
    text = f"{AROUND}e1 n 0 value={{2*v(a)/4}}\nb1 m 0 i=-v(a,b)*{{g}}\nb2 k 0 v=g*2\nr1 n 0 1\nr2 m 0 1\nr3 k 0 1\n"
    circuit = read_netlist(text).circuit
    assert [bank.gain.tolist() for bank in circuit.of_kind(VCVS)] == [[0.5]]
    assert [bank.gain.tolist() for bank in circuit.of_kind(VCCS)] == [[-3.0]]
    assert not circuit.of_kind(BehaviouralCurrents)
    assert not circuit.of_kind(BehaviouralConductors)


CIRCUITS = {
    "diode by its law": "V1 in 0 5\nR1 in out 1k\nB1 out 0 I=1e-14*(exp(V(out)/0.02585)-1)",
    "two in series": "V1 a 0 12\nR1 a out 1k\nB1 out c I={1e-12*(exp((V(out)-V(c))/0.05)-1)}\nR2 c 0 100\n"
    "B2 c 0 I=1e-12*(exp(V(c)/0.05)-1)",
    "negative conductance": "V1 in 0 2\nR1 in out 1k\nB1 out 0 I=-0.4m*V(out)+1m*V(out)^3",
    "zero slope": "V1 in 0 0\nR1 in out 1k\nI1 0 out 1m\nR2 out k 1k\nR3 k 0 1k\nB1 k 0 I=1m*min(V(k),0.1)",
    "saturating amplifier": "V1 in 0 0.7\nR1 in m 1k\nR2 m out 3.3k\nB1 out 0 V=15*tanh(-1e5*V(m)/15)",
    "amplifier by its table": "V1 in 0 0.7\nR1 in m 1k\nR2 m k 3.3k\nE1 k 0 TABLE {-1e4*V(m)} = (-15,-15) (15,15)\n"
    "Ro k out 50\nRl out 0 2k",
    "comparator": "V1 in 0 3\nR1 in out 1k\nR2 out 0 1k\nE1 o 0 VALUE={V(out)>1 ? 5 : 0}\nR3 o out 10k",
    "root": "V1 in 0 -1\nR1 in m 1k\nR2 m 0 1k\nB1 k 0 V=sqrt(abs(V(m)))\nR3 k out 400\nR4 out m 1k",
    "currents": "V1 a 0 2\nR1 a b 1k\nV2 b 0 0\nF1 0 out POLY(2) V1 V2 0 1 2 100 200 300\nR2 out 0 1k",
    "ring": "V1 a 0 1\nR1 a x 1k\nR2 x 0 2k\nB1 out 0 I=-V(x)*V(z)*1m\nR3 out 0 1k\nB2 z 0 V=1+0.3*sin(V(out))",
    "logarithm": "V1 in 0 1\nR1 in m 10k\nD1 m out DX\n.model DX D(IS=1e-14)\nE1 out 0 VALUE={15*tanh(-1e6*V(m)/15)}",
}


def trainable(text):
    """The circuit of a text, its resistors trained, its output the node `out`."""
    circuit = read_netlist(f"title\n{text}\n.end\n").circuit
    outputs = OutputPorts(np.array([circuit.nodes.index("out")]), np.zeros(1, dtype=np.intp))
    limits = {"conductance": Range(1e-9, 1.0)}
    banks = [
        replace(bank, trainable=limits) if isinstance(bank, Resistors) else bank
        for bank in circuit.banks
        if bank.name != "nudge"
    ]
    return replace(circuit, banks=(*banks, sources_across(outputs)), outputs=outputs)


@pytest.mark.parametrize("engine", [NativeSimulator, NgspiceSimulator])
@pytest.mark.parametrize("name", CIRCUITS)
def test_circuits_are_solved_as_ngspice_does_and_their_gradients_are_exact(name, engine, ngspice):
    text, circuit = CIRCUITS[name], trainable(CIRCUITS[name])
    tight = ".options reltol=1e-10 vntol=1e-13 abstol=1e-16"
    solved = ngspice(f"title\n*# set numdgt=16\n{tight}\n{text}\n.op\n.end\n")
    nothing, current = np.zeros((1, 0)), -np.ones((1, 1))
    with engine(circuit) as simulator:
        values = circuit.values()
        points = simulator.solve(values, nothing)
        for k, node in enumerate(circuit.nodes):
            if node in solved:
                assert points.voltages[0, 0, k] == pytest.approx(solved[node], rel=1e-9, abs=1e-9)
        ((address, conductance),) = values.items()
        signals = CircuitSystem(circuit).adjoint_signals(points, simulator.adjoint(points, current), current)
        expected = np.zeros(len(conductance))
        for k, g in enumerate(conductance.tolist()):
            step = 1e-5 * g
            for sign in (1, -1):
                moved = conductance.copy()
                moved[k] += sign * step
                expected[k] += sign * simulator.solve({address: moved}, nothing).scores[0, 0] / (2 * step)
    assert dense(signals[address]) == pytest.approx(expected, rel=1e-6, abs=1e-7 * np.abs(expected).max())


def test_conductors_hold_co_content_and_learn_by_equilibrium_propagation():
    circuit = trainable(CIRCUITS["two in series"])
    assert symmetry(circuit).exact
    features = np.zeros((1, 0))
    with NativeSimulator(circuit) as simulator:
        values = circuit.values()
        points = simulator.solve(values, features)
        system = CircuitSystem(circuit)
        lambda_ = simulator.adjoint(points, -np.ones((1, 1)))
        ((address, exact),) = system.adjoint_signals(points, lambda_, -np.ones((1, 1))).items()
        beta = 1e-7
        pushed = _Pushed(np.array([-beta, beta]))  # I = -beta dC/ds
        nudged = simulator.solve(values, features, pushed)
        coefficients = np.array([[0.0], [0.5 / beta], [-0.5 / beta]])
        signals = system.signals(nudged, coefficients)
    assert dense(signals[address]) == pytest.approx(dense(exact), rel=1e-5)


class _Pushed:
    """Currents into the output, one a phase."""

    def __init__(self, amperes):
        self.amperes = amperes

    @property
    def phases(self):
        return len(self.amperes)

    def drives(self, scores, samples):
        return {"nudge.amperes": self.amperes[:, None, None]}

    def part(self, samples):
        return self


def test_pseudo_power_is_the_integral_of_the_current():
    circuit = read_netlist("title\nV1 a 0 1\nB1 a 0 I=V(a)*V(a)*V(a)-2*V(a)\nB2 a 0 I=exp(V(0,a)*3)\n").circuit
    (bank,) = circuit.of_kind(BehaviouralConductors)
    v = np.array([-1.3, 0.4, 2.0])
    expected = np.stack([v**4 / 4 - v**2, (1 - np.exp(-3 * v)) / 3], axis=1)
    assert bank.pseudo_power(np.stack([v, v], axis=1)) == pytest.approx(expected, rel=1e-13)
    assert total_cocontent(circuit, np.array([0.0, 2.0])) == pytest.approx(expected[2].sum(), rel=1e-13)


def test_others_are_refused_by_equilibrium_propagation_by_their_names():
    assert (
        "bb1_value follows other voltages than its own" in symmetry(trainable(CIRCUITS["saturating amplifier"])).reason
    )


@pytest.mark.parametrize("name", CIRCUITS)
def test_what_is_written_comes_back(name):
    circuit = trainable(CIRCUITS[name])
    text = write_netlist(Netlist(circuit))
    assert write_netlist(read_netlist(text)) == text


def test_many_elements_of_one_structure_are_compiled_once():
    lines = [f"B{k} n{k} 0 I={1e-3 + 1e-5 * k}*tanh(V(n{k})*{k + 1})\nR{k} a n{k} 1k" for k in range(50)]
    circuit = read_netlist("\n".join(["title", "V1 a 0 1", *lines])).circuit
    (bank,) = circuit.of_kind(BehaviouralConductors)
    assert len(bank._laws._alike) == 1
    v = np.linspace(-1, 1, 50)
    assert bank.current(v) == pytest.approx((1e-3 + 1e-5 * np.arange(50)) * np.tanh(v * np.arange(1, 51)), rel=1e-12)


def test_a_hundred_thousand_characters_are_refused_and_not_worked_on():
    with pytest.raises(NetlistError, match="longer than 20000 characters"):
        read_netlist(f"title\nV1 a 0 1\nB1 b 0 I=V(a){'+V(a)' * 15_000}\nR1 b 0 1\n")


def test_other_programs_get_what_they_have_words_for():
    netlist = Netlist(trainable(CIRCUITS["zero slope"]))
    assert "b1 k 0 i=(0.001*min(v(k,0),0.1))" in write_netlist(netlist, DIALECTS["ltspice"])
    for dialect in ("gnucap", "spectre"):
        with pytest.raises(NetlistError, match="written"):
            write_netlist(netlist, DIALECTS[dialect])


WITH_PARAMETER = (
    "title\n.param gain=3 twice={2*gain}\nv1 a 0 1\nr1 a b 1k\nr2 b 0 1k\n{}\nr3 o out 1k\nr4 out 0 {gain*1k}\n"
)


@pytest.mark.parametrize("law", ["b1 o 0 v=gain*tanh(v(b))", "e1 o 0 value={v(b)*twice+v(b)^gain}"])
def test_parameters_in_expressions_train(law, tmp_path):
    """Kept open, a parameter is a source of its own; its gradient is that of all that follow it."""
    path, text = tmp_path / "n.cir", WITH_PARAMETER.replace("{}", law)
    path.write_text(text)
    found = {element.path: element for element in read_deck(text, "n", None, ["gain"]).elements}
    assert found[f"{law[:2]} gain"].formulas[""] == Name("gain")
    (tmp_path / "d.csv").write_text("v1,out\n1,0.4\n")
    given = {"data": str(tmp_path / "d.csv"), "inputs": "v1", "outputs": "out", "train": "{gain}", "epochs": 1}
    case = prepare(path, given=given)
    circuit, values = case.problem.circuit, dict(case.problem.start().values)
    features, current = np.array([[1.0]]), -np.ones((1, 1))
    with NativeSimulator(circuit) as simulator:
        points = simulator.solve(values, features)
        signals = CircuitSystem(circuit).adjoint_signals(points, simulator.adjoint(points, current), current)
        ((address, value),) = values.items()
        scores = [simulator.solve({address: value + step}, features).scores[0, 0] for step in (1e-4, -1e-4)]
    assert dense(signals[address]) == pytest.approx([(scores[0] - scores[1]) / 2e-4], rel=1e-6)


PIECES = [
    "e1 n 0 value={v(a)*2+max(v(b),1)}",
    "b1 n 0 v=v(a)>1 ? v(b) : i(va)",
    "e1 n 0 table {v(a)} = (0,0) (3,6)",
    "f1 0 n poly(2) va vb 1 2 3 4 5 6",
    "b1 n 0 i='exp(v(n)/0.05)*1e-12' m=2",
    ".func f(x,y) {x*y+k(x)}\n.func k(x) {x ? x*x : ln(x)}\nb1 n 0 v=f(v(a),{g})",
    ".param h(x)={x*2}\nr5 n 0 {h(g)>2?1k:2k}",
]
CHARACTERS = "(){}'=,?:&|!<>*+-/^% \t.0123456789abcevix\"`$;\n\\#~\u00b5"


def test_thousands_of_spoiled_texts_are_read_or_refused_and_nothing_else():
    rng, read = random.Random(5), 0
    for _ in range(2000):
        text = list(rng.choice(PIECES))
        for _ in range(rng.randrange(1, 6)):
            at, kind = rng.randrange(len(text) + 1), rng.random()
            if kind < 0.6:
                text[at : at + (kind < 0.4)] = [rng.choice(CHARACTERS)] * rng.choice([1, 1, 1, 300])
            elif kind < 0.8:
                del text[at : at + rng.randrange(1, 5)]
            else:
                other = rng.randrange(len(text) + 1)
                text[at:at] = text[other : other + rng.randrange(20)]
        try:
            read_netlist(f"{AROUND}r1 n 0 1\n{''.join(text)}\n")
            read += 1
        except NetlistError:
            pass
    assert read > 50
