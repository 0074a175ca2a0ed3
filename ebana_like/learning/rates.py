"""How fast may a network learn, by its size? The one place where learning rates follow from it.

Currents add: behind n neurons the conductance of an output is n times that of one resistor, so a score is a mean over
them, and one conductance moves it by 1/n. A step moves the score by the sum of n squares of 1/n: 1/n of the rate. So
the rate of every crossbar must be in proportion to the neurons that it feeds, or that feed the outputs:

    rate_k = a n_k    of the crossbar in front of n_k neurons
    rate   = b n_L    of the last one, behind n_L neurons

a and b depend on devices and voltages, not on the size: MNIST's loss goes the same way in the first 40 batches with
100 neurons and with 1024 at ten times the rates (784 inputs, 10 classes; 5 V and Schottky pairs, 60 V and 1N4148).
Nor on the batch, from 20 samples on: where training becomes unstable does not either. In smaller ones the noise of
single samples limits the rate, which is made smaller in proportion.
"""

from collections.abc import Sequence

SMALL_BATCH = 20
"""Samples; below so many the rate is in proportion to the batch."""


def rates_by_size(per_neuron: Sequence[float], hidden: Sequence[int], batch: int) -> tuple[float, ...]:
    """Return the learning rate of each crossbar, relative to the square of its range.

    per_neuron: a and b. hidden: neurons of each hidden layer. batch: samples averaged for one update.
    """
    first, last = per_neuron
    share = min(1.0, batch / SMALL_BATCH)
    return *(share * first * neurons for neurons in hidden), share * last * hidden[-1]
