"""What happened in a circuit and why: samples, gradients, power, and what other programs say."""
