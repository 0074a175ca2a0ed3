"""How much memory does a process hold, and how much did it ever hold?"""

import re
from pathlib import Path
from typing import Literal

FIELDS = {"now": "VmRSS", "at most": "VmHWM"}


def megabytes(process: int, when: Literal["now", "at most"]) -> float:
    """Return the resident memory of a process, from what Linux says of it (proc(5), /proc/pid/status)."""
    status = Path(f"/proc/{process}/status").read_text()
    (kilobytes,) = re.findall(rf"^{FIELDS[when]}:\s+(\d+) kB$", status, re.MULTILINE)
    return int(kilobytes) * 1024 / 1e6
