"""Code models and transmission lines: what they are at DC is in the corpus; here, what is refused, and what trains."""

import numpy as np
import pytest

from ebana_like.errors import NetlistError
from ebana_like.fitting import fit
from ebana_like.netlist import read_netlist

FED = "title\nv1 a 0 1\nr1 a b 1k\nr2 b 0 1k\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a1 b o m\n.model m dac_bridge", "dac_bridge works on events"),
        ("a1 [b] [d] m\n.model m adc_bridge\nr3 d 0 1k", "r3 hangs at d, which carries events"),
        ("a1 x b d e m\n.model m d_dff\nr3 d 0 1k", "r3 hangs at d, which carries events"),
        ("a1 b o m\n.model m filesource(file=\"x\")", "code model filesource is not known"),
        ("a1 b m\n.model m gain", "the port out has not the nodes"),
        ("a1 b o p m\n.model m gain", "1 words too many"),
        ("a1 [b] o m\n.model m gain", "expected one line at the port in"),
        ("a1 b o m\n.model m summer", "expected lines in brackets"),
        ("a1 %q b o m\n.model m gain", "a port of type %q is not known"),
        ("a1 b null m\n.model m gain", "the port out has not the nodes"),
        ("a1 [b a] o m\n.model m summer(in_gain=[1 2 3])", "in_gain has 3 numbers; expected 2"),
        ("a1 b o m\n.model m pwl(x_array=[0 1 1] y_array=[0 1 2])", "rising x"),
        ("a1 b o m\n.model m pwl(x_array=[0 1])", "model m says no y_array"),
        ("a1 b o m\n.model m s_xfer(num_coeff=[1 1 1] den_coeff=[1 2] int_ic=[0])", "s_xfer needs as many den_coeff"),
        ("a1 m\n.model m gain", "expected a code model"),
        ("t1 b 0 c z0=50", "expected a transmission line as in"),
        ("t1 b 0 c 0 z0=50 q=1", 'the parameter "q" is not understood'),
        ("o1 b 0 c 0 m\n.model m txl r=1 length=1", "needs one of type ltra"),
        ("o1 b 0 c 0 m\n.model m ltra r=1 g=1 l=1n len=1", "beside a resistance r alone"),
        ("o1 b 0 c 0 m\n.model m ltra r=-1 l=1n c=1p len=1", "-1 ohm along its length"),
        ("p1 b d 0 c e 0 m\n.model m cpl r=1 0 length=1", "has 2 resistances; 2 lines need 3"),
        ("u1 b c 0 m\n.model m urc isperl=1", "isperl makes diodes"),
    ],
)  # fmt: skip
def test_what_is_refused_is_named(text, words):
    with pytest.raises(NetlistError, match=words.replace("(", r"\(")):
        read_netlist(f"{FED}{text}\n.end\n")


def test_what_belongs_to_time_is_noted():
    netlist = read_netlist(f"{FED}a1 [b] [d] ad\na2 d e inv\n.model ad adc_bridge\n.model inv d_inverter\n.end\n")
    assert [note.split(": ", 1)[1] for note in netlist.notes] == [
        "not read: adc_bridge works on events; nothing analog follows it at DC",
        "not read: d_inverter works on events; nothing analog follows it at DC",
    ]


def test_a_resistor_before_a_code_model_trains(tmp_path):
    path = tmp_path / "limited.cir"
    path.write_text(
        "a limiter\nv1 in 0 1\nr1 in b 3k\nr2 b 0 1k\na1 b out lim\nr3 out 0 1k\n"
        ".model lim limit(gain=2 out_lower_limit=-1 out_upper_limit=1 limit_range=.1)\n.end\n"
    )
    volts = np.linspace(-2, 2, 9)
    table = tmp_path / "data.csv"
    table.write_text("v1,out\n" + "".join(f"{v!r},{0.4 * v!r}\n" for v in volts.tolist()))
    learned = fit(path, data=table, inputs="v1", outputs="out", train="r1", epochs=150, lr=0.3)
    assert np.isclose(resistance(learned.fitted), 4e3, rtol=1e-2)


def resistance(text):
    """What r1 has in a netlist's text, ohms."""
    return float(next(line.split()[3] for line in text.splitlines() if line.startswith("r1 ")))


@pytest.mark.parametrize("text", ["t1 b 0 c 0 z0=50\nr3 c 0 1k", "a1 b o m\n.model m slew"])
def test_what_remembers_is_not_followed_in_time(text):
    circuit = read_netlist(f"{FED}c1 b 0 1n\n{text}\n.end\n").circuit
    assert "read as what it" in circuit.storage.unread[0] or "read as what they" in circuit.storage.unread[0]
