"""Any circuit, of any kinds of elements, comes back from its text: written again, the text is the same."""

import os

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from test_write_netlist import contents

from ebana_like.circuit import Circuit
from ebana_like.elements import (
    CCCS,
    CCVS,
    VCCS,
    VCVS,
    BipolarTransistors,
    CurrentSources,
    DiodeModel,
    Diodes,
    JFETs,
    ModelCard,
    MOSFETs,
    Range,
    Resistors,
    SpiceDiodes,
    VoltageSources,
)
from ebana_like.netlist import Netlist, read_netlist, write_netlist
from ebana_like.nudges import Currents
from ebana_like.ports import InputPorts, OutputPorts

EXAMPLES = int(os.environ.get("EXAMPLES", "50"))

names = st.from_regex(r"[a-z_][a-z0-9_]{0,7}", fullmatch=True).filter(
    lambda name: name not in ("gnd",) and "idx_sweep" not in name
)
values = st.floats(allow_nan=False, allow_infinity=False)
KINDS = {
    "vcvs": VCVS,
    "vccs": VCCS,
    "ccvs": CCVS,
    "cccs": CCCS,
    "diodes": Diodes,
    "spice_diodes": SpiceDiodes,
    "bjts": BipolarTransistors,
    "mosfets": MOSFETs,
    "jfets": JFETs,
    "currents": CurrentSources,
    "more_resistors": Resistors,
}


@st.composite
def circuits(draw):
    """A ladder of trainable resistors to ground, and banks of every kind across it."""
    inner = draw(st.lists(names, min_size=2, max_size=8, unique=True))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    nodes = ["0", *inner]

    def pick(count):
        return rng.integers(0, len(inner) + 1, count)

    def numbers(count):
        return np.array(draw(st.lists(values, min_size=count, max_size=count)))

    chain = np.arange(1, len(nodes))
    conductance = 10 ** rng.uniform(-9, 2, len(chain))
    banks = [
        Resistors(
            "ladder",
            labels("rladder", len(chain)),
            chain,
            chain - 1,
            conductance,
            trainable={"conductance": Range(1e-12, 1e3, logarithmic=draw(st.booleans()))},
        )
    ]
    sources = draw(st.integers(1, 3))
    held = np.arange(len(nodes), len(nodes) + sources)
    nodes += [f"{name}_held" for name in draw(st.lists(names, min_size=sources, max_size=sources, unique=True))]
    banks.append(VoltageSources("inputs", labels("vin", sources), held, 0 * held, numbers(sources)))
    for name in draw(st.lists(st.sampled_from(sorted(KINDS)), unique=True)):
        kind, count = KINDS[name], draw(st.integers(1, 3))
        ends = (name, labels(f"{kind.letter}{name}", count), pick(count), pick(count))
        if kind in (VCVS, CCVS):  # at nodes of their own, so that sources make no loop
            own = np.arange(len(nodes), len(nodes) + count)
            nodes += [f"{name}{k}_own" for k in range(count)]
            ends = (*ends[:2], own, 0 * own)
        if kind in (VCVS, VCCS):
            banks.append(kind(*ends, pick(count), pick(count), numbers(count)))
        elif kind in (CCVS, CCCS):
            banks.append(kind(*ends, tuple(f"vin_{k}" for k in rng.integers(0, sources, count)), numbers(count)))
        elif kind is Diodes:
            banks.append(Diodes(*ends, DiodeModel("law", draw(st.floats(1e-300, 1e300)), draw(st.floats(1e-3, 1e3)))))
        elif kind is CurrentSources:
            banks.append(CurrentSources(*ends, numbers(count)))
        elif kind is Resistors:
            banks.append(Resistors(*ends, 10 ** rng.uniform(-300, 300, count)))
        else:
            type_ = draw(st.sampled_from([type_ for type_ in kind.types if type_ != "vdmos"]))
            card = ModelCard(f"{name}_card", type_, {"is": repr(draw(values)), "tnom": "27.0", "kf": "1.0"})
            sizes = tuple(
                ("l=2.0" if kind is MOSFETs else "area=2.0") if rng.random() < 0.5 else "" for _ in range(count)
            )
            more = {SpiceDiodes: (), JFETs: (pick(count),)}.get(kind, (pick(count), pick(count)))
            banks.append(kind(*ends, card, sizes, *more))
    outputs = OutputPorts(np.array([1]), np.array([0]))
    banks.append(CurrentSources("nudge", ("inudge",), outputs.negative, outputs.positive, np.zeros(1)))
    inputs = InputPorts("inputs", np.arange(sources), np.where(rng.random(sources) < 0.5, -1.0, 1.0))
    return Circuit("random", tuple(nodes), tuple(banks), inputs, outputs, Currents.driven("nudge"))


def labels(name, count):
    return tuple(f"{name}_{k}" for k in range(count))


def wiring(circuit):
    """Return every bank's contents, nodes by name."""
    return [
        {**contents(bank), **{t: [circuit.nodes[k] for k in bank.nodes_of(t)] for t in bank.terminals}}
        for bank in circuit.banks
    ]


@settings(max_examples=EXAMPLES)
@given(circuits())
def test_a_random_circuit_comes_back_as_it_was(circuit):
    text = write_netlist(Netlist(circuit))
    back = read_netlist(text)
    assert write_netlist(back) == text
    assert wiring(back.circuit) == wiring(circuit)
