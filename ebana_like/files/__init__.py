"""How are files read and written, so that no file handed over by a stranger leads elsewhere, and none is half written?

Everything that reads or writes in this package does it by these functions.
"""

from ebana_like.files.consent import ALLOW_OUTSIDE, allow, outside_allowed, require_allowed
from ebana_like.files.lock import locked
from ebana_like.files.own import away_from_here, cache_folder
from ebana_like.files.place import Place, place
from ebana_like.files.read import followed, is_file_name, is_inside, open_file, read_file, read_words
from ebana_like.files.table import csv_text
from ebana_like.files.temporary import TemporaryFolder
from ebana_like.files.write import (
    append,
    make_folder,
    remove,
    remove_temporaries,
    require_file_or_nothing,
    write_atomically,
    write_given,
)

__all__ = [
    "ALLOW_OUTSIDE",
    "Place",
    "TemporaryFolder",
    "allow",
    "append",
    "away_from_here",
    "cache_folder",
    "csv_text",
    "followed",
    "is_file_name",
    "is_inside",
    "locked",
    "make_folder",
    "open_file",
    "outside_allowed",
    "place",
    "read_file",
    "read_words",
    "remove",
    "remove_temporaries",
    "require_allowed",
    "require_file_or_nothing",
    "write_atomically",
    "write_given",
]
