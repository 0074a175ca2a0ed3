"""Where do files go that tell of a run or a netlist? Into its folder, beside it, or to another folder."""

import os
from dataclasses import dataclass
from pathlib import Path

from ebana_like.errors import RunError
from ebana_like.files.write import make_folder


@dataclass(frozen=True)
class Place:
    """Where files go.

    about: the run's folder, or the netlist's file. out: another folder, of which several runs and netlists may be told.
    """

    about: Path
    out: Path | None = None

    def file(self, name: str) -> Path:
        """Return the path of a file: `name` in the run's own folder, elsewhere behind the run's or netlist's name.

        The folder is made where it is not there: what asks for a file is about to write it. Raises RunError where it
        cannot be.
        """
        if self.out is not None:
            make_folder(self.out)
        if self.root is not None:
            return self.root / name
        about = self.about.resolve()
        return (self.out or self.about.parent) / f"{about.name if about.is_dir() else about.stem}-{name}"

    @property
    def root(self) -> Path | None:
        """The run's folder, where files go into it; None where a person named the folder."""
        return self.about if self.out is None and self.about.is_dir() else None


def place(about: Path, out: Path | None) -> Place:
    """Return where files go. Raises RunError for a folder that is not there and that could not be made."""
    if out is not None:
        standing = next(each for each in (out, *out.absolute().parents) if os.path.lexists(each))
        if not standing.is_dir():
            raise RunError(f"{standing} is no folder, and files are to go to {out}; choose another with --out")
        if not os.access(standing, os.W_OK | os.X_OK):
            raise RunError(f"nothing can be written in the folder {standing}; choose another with --out")
    return Place(about, out)
