"""Train analog circuits as neural networks by equilibrium propagation, with SPICE as the truth.

Public names are listed in `__init__.pyi` and imported when first used: a worker process of ngspice then starts without
scikit-learn and JAX.
"""

import os
import sys

if sys.argv[:1] == ["-m"] and not sys.flags.safe_path and sys.orig_argv[sys.orig_argv.index("-m") + 1 :]:
    # `python -m ebana_like` looks for every module in the folder it is typed in first, which may be somebody else's
    _module, _here = sys.orig_argv[sys.orig_argv.index("-m") + 1], os.getcwd()  # noqa: PTH109
    if _module.partition(".")[0] == __name__ and sys.path[0] == _here and not __file__.startswith(_here + os.sep):
        del sys.path[0]

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
