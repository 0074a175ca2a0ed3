"""How do conductances, which are positive, make weights of either sign? The ways, by name."""

SIGNS = ("doubled", "mirrored", "reference")
"""doubled: inputs stand twice, at opposite voltages, and outputs are pairs of columns (Kendall et al. 2020); between
hidden layers weights are positive. mirrored: hidden neurons drive two rows too, and an output is one column (Wang et
al. 2019). reference: rows stand once, and all columns of a crossbar are read against one of a constant conductance,
the mean of the first ones (Hu et al. 2016)."""
