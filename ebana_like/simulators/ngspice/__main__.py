"""The worker process: `python -m ebana_like.simulators.ngspice CONNECTION BLOCK`, numbers of inherited files."""

import signal
import sys
from multiprocessing.connection import Connection

from ebana_like.simulators.ngspice.worker import serve

signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
serve(Connection(int(sys.argv[1])), int(sys.argv[2]))
