"""The settings of a task that answer validation samples best, looked for by Optuna."""

from ebana_like.search.figures import plot_importances, plot_slices
from ebana_like.search.folder import SearchFolder, Trial, open_search
from ebana_like.search.run import run_search
from ebana_like.search.space import Space, load_space
from ebana_like.search.summary import best_command, importances

__all__ = [
    "SearchFolder",
    "Space",
    "Trial",
    "best_command",
    "importances",
    "load_space",
    "open_search",
    "plot_importances",
    "plot_slices",
    "run_search",
]
