"""What drives a layered network, and where is its answer read? Sources at its inputs, columns and outputs."""

import numpy as np

from ebana_like.elements import CurrentSources, IntArray, Switches, VoltageSources
from ebana_like.simulators.crossbars import Reference
from ebana_like.simulators.layers import Branch, Feed, read_only
from ebana_like.simulators.structure.remaining import Remaining, positions, require, same
from ebana_like.values import parts


def take_sources(left: Remaining) -> VoltageSources:
    """Cross out the sources between a node and ground; return the inputs."""
    inputs = left.circuit.bank(left.circuit.inputs.bank, VoltageSources)
    require(left.circuit.inputs.count > 0 and not inputs.negative.any())
    left.found.append(inputs.positive)
    left.take(inputs)
    driven = {parts(address)[0] for address in left.circuit.driven.each}
    for bank in left.circuit.of_kind(VoltageSources):
        if bank is not inputs and bank.name not in driven and not bank.negative.any():
            require(not set(bank.positive.tolist()) & set(left.constants))
            require(len(np.unique(bank.positive)) == len(bank))
            left.constants.update(zip(bank.positive.tolist(), bank.voltage.tolist(), strict=True))
            left.take(bank)
    return inputs


def take_branch(left: Remaining) -> Branch:
    """Cross out the branches by which outputs are nudged."""
    circuit, driven, outputs = left.circuit, left.circuit.driven, left.circuit.outputs
    held, loads, sources = (driven.banks(field) for field in ("amperes", "conductance", "voltage"))
    if (len(held), len(loads), len(sources)) == (1, 0, 0):
        source = circuit.bank(held[0], CurrentSources)
        require(same(source.positive, outputs.negative) and same(source.negative, outputs.positive))
        left.take(source)
        return Branch(driven.addresses, *(np.zeros(0, dtype=np.intp),) * 3)
    require((len(held), len(loads), len(sources)) == (0, 1, 2))
    resistors = circuit.named(loads[0])
    targets, control = sorted(
        (circuit.bank(name, VoltageSources) for name in sources),
        key=lambda bank: not same(bank.positive, resistors.positive),
    )
    switches = left.of(Switches)
    require(len(switches) == 1 and len(control) == 1 and targets in left.banks and control not in left.banks)
    (switch,) = switches
    require(same(targets.negative, outputs.negative) and same(resistors.positive, targets.positive))
    require(same(switch.positive, resistors.negative) and same(switch.negative, outputs.positive))
    require(not switch.control_negative.any() and (switch.control_positive == control.positive[0]).all())
    left.take(targets, resistors, switch)
    left.found += [targets.positive, switch.positive, control.positive]
    del left.constants[int(control.positive[0])]  # the one source here that does not stay as it is
    addresses = f"{targets.name}.voltage", f"{resistors.name}.conductance", f"{control.name}.voltage"
    return Branch(addresses, *map(read_only, (targets.positive, switch.positive, control.positive)))


def take_feed(left: Remaining, nodes: IntArray) -> Feed | None:
    """Cross out the bank of current sources from ground into each of these nodes, if there is one."""
    for bank in left.of(CurrentSources):
        if np.isin(bank.negative, nodes).any():
            require(not bank.positive.any())
            left.take(bank)
            return Feed(bank, read_only(positions(bank.negative, nodes)))
    return None


def output_columns(left: Remaining, columns: IntArray, reference: Reference | None) -> tuple[IntArray, IntArray]:
    """Return where output pairs stand among the columns: positive ends, and negative ones; of single ones none."""
    at = {node: k for k, node in enumerate(columns.tolist())}
    against = 0 if reference is None else reference.node
    if (left.circuit.outputs.negative == against).all():  # each by itself
        ends = left.circuit.outputs.positive.tolist()
        require(set(ends) <= set(at) and len(set(ends)) == len(ends))
        return np.array([at[node] for node in ends]), np.zeros(0, dtype=np.intp)
    require(reference is None)
    ends = [*left.circuit.outputs.positive.tolist(), *left.circuit.outputs.negative.tolist()]
    require(set(ends) <= set(at) and len(set(ends)) == len(ends))
    positions = np.array([at[node] for node in ends])
    return positions[: len(positions) // 2], positions[len(positions) // 2 :]
