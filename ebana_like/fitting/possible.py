"""Which of what patterns match can be trained? What has a place of its own in the text, and nothing else to do."""

from collections.abc import Mapping, Sequence

from ebana_like.circuit import Circuit
from ebana_like.elements import Bank
from ebana_like.errors import EbanaError, NetlistError, SettingError
from ebana_like.fitting.chosen import Chosen
from ebana_like.netlist.deck.patch import Places

MOST_LEFT = 5
"""Values that are left as they are and named, one by one."""


def possible(
    wanted: Sequence[Chosen], circuit: Circuit, places: Places, carrying: Sequence[str]
) -> tuple[list[Chosen], list[str]]:
    """Return what of what is wanted can be trained, and of each value that cannot, why; patterns alone may match such.

    carrying: paths of the sources that carry inputs.
    Raises SettingError or NetlistError for what is named and cannot be trained, or where nothing else is left.
    """
    banks = {label: (bank, k) for bank in circuit.banks for k, label in enumerate(bank.labels)}
    found, left = [], dict[str, EbanaError]()
    for each in wanted:
        try:
            _require_possible(each, circuit, banks, places, carrying)
        except (SettingError, NetlistError) as error:
            if not each.matched:
                raise
            left[each.name] = error
        else:
            found.append(each)
    if left and not found:
        raise next(iter(left.values()))
    notes = [f"{name} is not trained: {error}" for name, error in left.items()]
    more = len(notes) - MOST_LEFT
    return found, notes if more <= 0 else [*notes[:MOST_LEFT], f"nor are {more:,} more that train matches"]


def _require_possible(
    each: Chosen,
    circuit: Circuit,
    banks: Mapping[str, tuple[Bank, int]],
    places: Places,
    carrying: Sequence[str],
) -> None:
    for element in each.elements:
        if element.path in carrying or element.label in carrying:
            raise SettingError(f"{element.path} carries a column of the table; take it out of train, or of inputs")
        require_unmetered(circuit, element.label, "train")
    if each.elements:
        _require_same(banks, each)
        places.of_value(each.elements, each.quantity)


def _require_same(banks: Mapping[str, tuple[Bank, int]], each: Chosen) -> None:
    """Raise SettingError where elements that are one line of the text differ."""
    first, *others = each.elements
    bank, k = banks[first.label]
    for other in others:
        its, j = banks[other.label]
        if its is not bank or getattr(its, each.quantity)[j] != getattr(bank, each.quantity)[k]:
            raise SettingError(
                f"{first.path} and {other.path} are one line of the text and have different values, by the parameters "
                "of their subcircuits; train those parameters, or others"
            )


def require_unmetered(circuit: Circuit, label: str, setting: str) -> None:
    """Raise SettingError where another source copies the current of an element."""
    if label in circuit.metered:
        raise SettingError(
            f"{setting} names {label}, whose current is copied by another source; put a source of 0 V in series with "
            "it and copy the current of that one"
        )
