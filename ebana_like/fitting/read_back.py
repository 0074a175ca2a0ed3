"""Does a netlist with trained values in it say what was trained? Every value is tried once: the text is read again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray
from ebana_like.errors import NetlistError
from ebana_like.fitting.trained import Trained, fitted
from ebana_like.values import parts

SAME = 1e-12
"""Relative difference of two numbers that were computed by the same expressions."""

TRIED = 0.37
"""Where in its range a value is tried."""


def read_back(
    trained: Sequence[Trained], circuit: Circuit, text: str, read: Callable[[str], Circuit]
) -> tuple[Trained, ...]:
    """Return what is trained with the factors that its lines have, as in `R1 a b 1k m=2`.

    circuit: as it is trained. text: of its netlist. read: returns the circuit of a text, without ports.
    Raises NetlistError where something else would change with a trained value.
    """
    tried = {
        at: each.low + TRIED * (each.high - each.low) * np.ones(len(each.value))
        for at, each in circuit.parameters.items()
    }
    wanted = _quantities(circuit.with_values(tried))
    found = _quantities(read(fitted(text, trained, tried)))
    factored, own = [], set()
    for each in trained:
        labels = _labels(circuit, each)
        own |= labels
        factor = next((found[label, q] / wanted[label, q] for label, q in labels), 1.0)
        factored.append(each if abs(factor - 1) < SAME else replace(each, factor=factor))
    for key, value in wanted.items():
        if key in found and key not in own and abs(found[key] - value) > SAME * abs(value):
            raise NetlistError(
                f"{key[0]} would have a {key[1]} of {found[key]:g} where it should have {value:g}, with other values "
                "of what is trained; write plain numbers for both, or train others"
            )
    return tuple(factored)


def _quantities(circuit: Circuit) -> Mapping[tuple[str, str], float]:
    found: dict[tuple[str, str], float] = {}
    for bank in circuit.banks:
        for quantity in bank.quantities:
            values: FloatArray = getattr(bank, quantity)
            found |= {(label, quantity): value for label, value in zip(bank.labels, values.tolist(), strict=True)}
    return found


def _labels(circuit: Circuit, each: Trained) -> set[tuple[str, str]]:
    """Return the elements, by label, and the quantity of theirs that is a trained value; none of a parameter."""
    if each.address in circuit.shared.parameters:
        return set()
    bank, quantity = circuit.addressed(each.address), parts(each.address)[1]
    index = bank.trainable[quantity].index
    index = np.arange(len(bank)) if index is None else index
    return {(bank.labels[k], quantity) for k in np.flatnonzero(index == each.position).tolist()}
