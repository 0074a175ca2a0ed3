"""Layered networks of any depth: all layers at once, as matrix products over whole batches, and their training."""
