"""A training loads nothing that draws: half a second at every start."""

import subprocess
import sys


def test_what_trains_loads_nothing_that_draws():
    code = "import sys, ebana_like.cli.session, ebana_like.cli.fit; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"matplotlib", "schemdraw", "jax", "dask", "distributed"} & set(done.stdout.split())
    assert "ebana_like.cli.session" in done.stdout.split()
