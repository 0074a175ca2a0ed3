"""The linear problem, for the tests beside this file."""

from linear_problem import linear_simulator, problem, with_test_data

__all__ = ["linear_simulator", "problem", "with_test_data"]
