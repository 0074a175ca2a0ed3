"""Courses in time: their equations, steps of given or chosen length, and gradients back through them."""
