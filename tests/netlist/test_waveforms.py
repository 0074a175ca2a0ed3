"""What a source holds at DC is what ngspice finds at its operating point, whatever function of time it has."""

import pytest

from ebana_like.elements import CurrentSources, VoltageSources
from ebana_like.errors import NetlistError
from ebana_like.netlist import read_netlist

FIXED = {
    "5": 5.0,
    "dc 3m": 3e-3,
    "dc=2": 2.0,
    "DC = 2": 2.0,
    "": 0.0,
    "AC 1": 0.0,
    "ac=1": 0.0,
    "AC 1 90 DC 3": 3.0,
    "(3)": 3.0,
    "{3*4}": 12.0,
    "dc 2 ac 1 0 sin(1 1 1k)": 2.0,
    "SIN(0.7 1 1k) DC 2": 2.0,
    "SIN(0.7 1 1k) dc=2 ac=1": 2.0,
    "2 SIN(0.7 1 1k)": 2.0,
    "SIN(0.25 1 50)": 0.25,
    "SIN(0 5 100K -2.5U)": 5.0,
    "SIN(1 5 1k 0 0 90)": 6.0,
    "SIN(0 5 1k 0 0 -90)": -5.0,
    "SIN({1+1} 5 1k 0 0 {90})": 7.0,
    "SIN(1 5 1k 0,0,90)": 6.0,
    "SINE(1 5)": 1.0,
    "PULSE(0.5 5 0 1n 1n 1u 2u)": 0.5,
    "PULSE(0 5 -1u 1n 1n 2u 4u)": 5.0,
    "PULSE(0.5 5)": 0.5,
    "PULSE(0.5 5 -1u 2u 1u 1u 10u)": 2.75,
    "EXP(0 5 -1u 1u 10u 1u)": 3.16060279414,
    "EXP(0 5 1u)": 0.0,
    "PWL(1m 3 2m 5)": 3.0,
    "PWL(-1u 1 1u 3)": 2.0,
    "PWL(-2u 1 -1u 3)": 3.0,
    "pwl(0 0.125 1m 5)": 0.125,
    "SFFM(1 5 1k 2 100 90)": 6.0,
    "AM(1 5 1k 10k)": 0.0,
}
"""Values known without ngspice."""

FORMS = [
    *FIXED,
    "3V",
    "DC(3)",
    "SIN 1 2 1k",
    "SIN(1 5 1k 0 0 30)",
    "SIN(1 5 1k 1m 0 30)",
    "SIN(1 5 1k -0.3m 0 30)",
    "SIN(1 5 1k -0.3m 200 30)",
    "SIN(1 5 1k -0.3m -200 30)",
    "SIN(1 5 0)",
    "PULSE(0.5 5 0 0 0 0 0)",
    "PULSE 1 2 -1u 1n 1n 2u 4u",
    "PULSE(0.5 5 1u 1n 1n 2u 4u)",
    *(f"PULSE(0.5 5 -{delay}u 2u 1u 1u 10u)" for delay in (1.5, 2.5, 3, 3.5, 4, 5, 10, 11, 14.5)),
    "PULSE(0.5 5 -21u 1u 1u 1u 10u 2)",
    "PULSE(0.5 5 -21u 1u 1u 1u 10u 3)",
    "PULSE(0.5 5 -12u 1u 1u 12u 10u)",
    "PULSE(0.5 5 -1u 1u 1u 1u 10u 0)",
    "EXP(0.2 5 -3u 1u -1u 1u)",
    "EXP(0 5 -1u 1u -0.5u 2u)",
    "EXP(1 5 -1u 1u -2u 1u)",
    "EXP(1 5 1u 1u -2u 1u)",
    "EXP(1 5 -2u 1u 1u)",
    "EXP(0 5 0 1u 1u 1u)",
    "PWL(0 1)",
    "PWL(0 1, 1m 2)",
    "PWL(-2u 1 -1u 3 1u 7 4u 0)",
    "SFFM(0 5 1k 2 100)",
    "SFFM(1 5 1k 2 100 90 30)",
    "SFFM(1 5 1k 50 100 0 30)",
    "SFFM(1 5 1k -2 100 0 30)",
    "AM(1 2 100 1k -0.3m)",
    "AM(1 2 100 1k 0.3m 30 45)",
]

OF_VOLTAGE_ONLY = [
    "PWL(0 1 1m 2 2m 4) td=-0.5m",
    "PWL(0 1 1m 2) td=1m",
    "PWL(0 1 1m 2) r=0",
    "PWL(0 1 1m 2 2m 4) r=0 td=-1.5m",
]


def netlist(forms, letter):
    lines = [f"{letter}{k} n{k} 0 {form}\nr{k} n{k} 0 1\n" for k, form in enumerate(forms)]
    return "title\n*# set numdgt=16\n" + "".join(lines) + ".op\n.end\n"


@pytest.mark.parametrize(("letter", "forms"), [("v", FORMS + OF_VOLTAGE_ONLY), ("i", FORMS)])
def test_every_form_has_the_value_that_ngspice_gives_it(letter, forms, ngspice):
    text = netlist(forms, letter)
    solved = ngspice(text)
    (bank,) = [b for b in read_netlist(text).circuit.banks if isinstance(b, VoltageSources | CurrentSources) and len(b)]
    held = bank.voltage if letter == "v" else -bank.amperes
    ours = dict(zip(forms, held, strict=True))
    # ngspice prints 16 digits; round-off of a phase of many turns is some 1e-15 of the amplitude
    assert ours == pytest.approx({form: solved[f"n{k}"] for k, form in enumerate(forms)}, rel=1e-12, abs=1e-13)


def test_values_that_are_known_without_ngspice():
    (bank,) = [b for b in read_netlist(netlist(FIXED, "v")).circuit.of_kind(VoltageSources) if len(b)]
    assert dict(zip(FIXED, bank.voltage, strict=True)) == pytest.approx(FIXED, rel=1e-11, abs=0)


REFUSED = {
    "SIN(1)": "sin needs at least 2 numbers",
    "SIN()": "sin needs at least 2 numbers",
    "SIN(1 5 0 -1u)": "its frequency is not given above zero",
    "PULSE(0.5 5 -1u)": "its rise time is not given",
    "PULSE(0.5 5 -1u 1n 1n 2u)": "its period is not given",
    "PULSE(0.5 5 -1u 0 0 2u 4u)": "its rise time is not given",
    "EXP(0 5 -1u)": "its first time constant is not given",
    "EXP(0 5 -1u 1u)": "its second delay is not given",
    "EXP(0 5 -2u 1u -1u)": "its second time constant is not given",
    "SFFM(1 5)": "sffm without frequencies above zero",
    "AM(1 2 100 1k -0.3m 30 45)": "am with a phase",
    "PWL(0 1 1m)": "pairs of a time and a value",
    "PWL(1m 3 0 5)": "the times rising",
    "PWL(0 1 1m 2) td=-2m r=0": "is repeated",
    "SIN(0 1 1k) td=1m": "belong behind the pwl",
    "DC 2 3": "more than one value",
    "2 DC 3": "more than one value",
    "SIN(1 5 1k) PULSE(1 2 0)": "more than one time function",
    "AC 1 2 3": "more than one value",
    "dc = = 2": '"=" is not a number',
    "value=3": '"value" is not a number',
    "PWL file=x.csv": '"file" is not a number',
    "TRRANDOM(2 1m 0 1)": "it begins with a random value",
    "SIN(0 1 1 -1 -1e5)": "math range error",
}


@pytest.mark.parametrize("form", REFUSED)
def test_what_has_no_value_or_none_that_programs_agree_on_is_refused(form):
    with pytest.raises(NetlistError, match=f"line 3: .*{REFUSED[form]}"):
        read_netlist(netlist([form], "v"))


def test_a_current_source_knows_no_repetition():
    with pytest.raises(NetlistError, match="of a voltage source"):
        read_netlist(netlist(["PWL(0 1 1m 2) r=0"], "i"))
