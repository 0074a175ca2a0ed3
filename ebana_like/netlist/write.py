"""How is a circuit written down? One section a bank, in the dialect every SPICE program takes."""

from collections.abc import Iterator
from pathlib import Path

from ebana_like.circuit import Circuit, CurrentNudging, InputPorts
from ebana_like.elements import Bank, Diodes, Resistors, Switches
from ebana_like.elements.switch import SWITCH_MODEL
from ebana_like.errors import NetlistError
from ebana_like.files import write_atomically
from ebana_like.netlist.netlist import FORMAT, FULL_DIGITS, NAME, OPTIONS, Netlist


def write_netlist(netlist: Netlist) -> str:
    """Return the netlist as text.

    Numbers are written so that reading them back gives the same doubles. What SPICE does not know stands in comment
    lines that begin with `* @`. Raises NetlistError for a name that not every SPICE program takes.
    """
    return "\n".join(_lines(netlist)) + "\n"


def save_netlist(netlist: Netlist, path: Path, durable: bool = True) -> None:
    """Write the netlist into a file, which at every moment is either the old or the new one, whole.

    durable: wait until the disk has it.

    Raises RunError, with the old file untouched, when the disk is full or not writable.
    """
    write_atomically(path, write_netlist(netlist), durable)


def circuit_lines(circuit: Circuit, skip: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the element lines of every bank not named in `skip`, then the model cards."""
    for bank in circuit.banks:
        if bank.name not in skip:
            yield from bank.spice_lines(circuit.nodes)
    yield from _cards(circuit)


def _lines(netlist: Netlist) -> Iterator[str]:
    circuit = netlist.circuit
    _check_names(circuit)
    _check_settings(netlist)
    yield circuit.title
    yield FULL_DIGITS
    yield f"* @format {FORMAT}"
    for key, value in netlist.settings.items():
        yield f"* @setting {key} {value}"
    yield from _port_lines(circuit)
    for bank in circuit.banks:
        yield f"* @bank {bank.name} {bank.kind}{_range(bank)}"
        yield from bank.spice_lines(circuit.nodes)
    yield from _cards(circuit)
    yield f".options {OPTIONS}"
    for node, voltage in netlist.recorded.items():
        yield f"* @recorded {node} {float(voltage)!r}"
    outputs = dict.fromkeys((*circuit.outputs.positive.tolist(), *circuit.outputs.negative.tolist()))
    yield ".print op " + " ".join(f"v({circuit.nodes[k]})" for k in outputs if k != 0)
    yield ".op"
    yield ".end"


def _port_lines(circuit: Circuit) -> Iterator[str]:
    yield f"* @inputs {circuit.inputs.bank}"
    yield from _feature_lines(circuit, circuit.inputs)
    pairs = zip(circuit.outputs.positive.tolist(), circuit.outputs.negative.tolist(), strict=True)
    for positive, negative in pairs:
        yield f"* @output {circuit.nodes[positive]} {circuit.nodes[negative]}"
    nudger = circuit.nudger
    if isinstance(nudger, CurrentNudging):
        yield f"* @nudging current {nudger.bank}"
    else:
        yield f"* @nudging switch {nudger.targets} {nudger.resistors} {nudger.control}"


def _feature_lines(circuit: Circuit, inputs: InputPorts) -> Iterator[str]:
    labels = next(bank.labels for bank in circuit.banks if bank.name == inputs.bank)
    carriers: list[list[str]] = [[] for _ in range(inputs.count)]
    for label, feature, polarity in zip(labels, inputs.feature.tolist(), inputs.polarity.tolist(), strict=True):
        carriers[feature].append(f"{'+' if polarity > 0 else '-'}{label}")
    for feature, sources in enumerate(carriers):
        yield f"* @feature {feature} {' '.join(sources)}"


def _range(bank: Bank) -> str:
    if isinstance(bank, Resistors) and bank.trainable:
        return f" trainable {float(bank.low)!r} {float(bank.high)!r}"
    return ""


def _cards(circuit: Circuit) -> Iterator[str]:
    yield from dict.fromkeys(bank.model.card() for bank in circuit.of_kind(Diodes))
    if circuit.of_kind(Switches):
        yield SWITCH_MODEL


def _check_names(circuit: Circuit) -> None:
    names = (*circuit.nodes[1:], *(bank.name for bank in circuit.banks))
    labels = (label for bank in circuit.banks for label in bank.labels)
    for name in (*names, *labels):
        if not NAME.fullmatch(name):
            raise NetlistError(
                f'the name "{name}" is not one every SPICE program takes; use lower-case letters, digits and "_", '
                "beginning with a letter"
            )


def _check_settings(netlist: Netlist) -> None:
    for key, value in netlist.settings.items():
        if key.split() != [key] or " ".join(value.split()) != value:
            raise NetlistError(f"the setting {key!r}: {value!r} does not fit on one line; use words and single spaces")
