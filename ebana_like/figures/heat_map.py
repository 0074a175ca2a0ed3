"""Which conductances does a crossbar hold? Rows are what it is driven by, columns what it drives."""

from ebana_like.elements import Synapses
from ebana_like.figures.svg import Picture

NAMED = 24
"""Rows or columns up to which each is named at the axis."""


def heat_map(bank: Synapses, nodes: tuple[str, ...]) -> Picture:
    """Return the conductances of a crossbar as a picture. Raises ValueError for a bank that is no crossbar."""
    if bank.grid is None:
        raise ValueError(f"the bank {bank.name} is no crossbar")
    rows, columns = bank.grid
    micro = 1e6 * bank.conductance.reshape(len(columns), len(rows)).T
    picture = Picture(f"conductances of {bank.name}", height=max(2.4, min(4.2, 0.8 + 0.17 * len(rows))))
    with picture as figure:
        axes = figure.add_subplot()
        image = axes.imshow(micro, aspect="auto", interpolation="nearest", cmap="viridis")
        for axis, at in ((axes.xaxis, columns), (axes.yaxis, rows)):
            if len(at) <= NAMED:
                axis.set_ticks(range(len(at)), [nodes[node] for node in at])
        if len(columns) <= NAMED:
            axes.tick_params("x", rotation=60 if len(columns) > 6 else 0)
        axes.set_xlabel("column")
        axes.set_ylabel("row")
        bar = figure.colorbar(image)
        bar.outline.set_visible(False)
        bar.set_label("conductance (µS)")
    return picture
