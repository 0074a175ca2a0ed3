"""Train analog circuits as neural networks by equilibrium propagation, with SPICE as the truth."""
