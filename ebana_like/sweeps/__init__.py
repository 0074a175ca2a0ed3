"""Grids of trainings: which cells, how they are trained, and what they came to."""

from ebana_like.sweeps.folder import DONE, CellResult, SweepFolder, open_sweep
from ebana_like.sweeps.goal import Goal, parse_goal, usual_goal
from ebana_like.sweeps.grid import HOW, SEED, Axis, Cell, Grid, make_grid, parse_axis
from ebana_like.sweeps.run import run_sweep
from ebana_like.sweeps.summary import Group, axes_of, plot_map, summarise

__all__ = [
    "DONE",
    "HOW",
    "SEED",
    "Axis",
    "Cell",
    "CellResult",
    "Goal",
    "Grid",
    "Group",
    "SweepFolder",
    "axes_of",
    "make_grid",
    "open_sweep",
    "parse_axis",
    "parse_goal",
    "plot_map",
    "run_sweep",
    "summarise",
    "usual_goal",
]
