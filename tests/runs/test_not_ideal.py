"""Whoever looks at a run is told what of its hardware was not ideal."""

from dataclasses import replace

from ebana_like.runs.not_ideal import not_ideal
from ebana_like.tasks import TASKS


def test_nothing_is_told_of_an_ideal_run():
    assert not_ideal(TASKS["digits"].settings) == []


def test_everything_that_is_not_ideal_is_told():
    chip = {"mismatch": "saturation=0.4", "chip": 3, "celsius": 85.0, "wires": "row=1,column=1"}
    sensed = {"readout": "bits=10", "converter": "bits=8", "technology": "ecram", "technology_options": "rounding=kept"}
    assert not_ideal(replace(TASKS["digits"].settings, **chip, **sensed)) == [
        "devices are ecram (rounding=kept)",
        "sensors have bits=10",
        "inputs are set by a converter of bits=8",
        "wires have row=1,column=1 ohms",
        "chip 3 differs from its design by saturation=0.4",
        "the circuit stands at 85 °C",
    ]
