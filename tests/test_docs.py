"""The site is built without a warning, and the notebook runs. (The pages' examples are run by pytest itself.)"""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

DOCS = Path(__file__).parents[1] / "docs"


def test_the_site_is_built_without_a_warning(tmp_path):
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-d", tmp_path / "cache", DOCS]
    done = subprocess.run([*command, tmp_path / "site"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for page in (tmp_path / "site").rglob("*.html"):
        assert not re.search(r'<(?:script|img|link)\b[^>]*(?:src|href)="(?:https?:)?//', page.read_text()), page.name
    assert (tmp_path / "site" / "theory.html").read_text().count("<math ") > 20, "formulas need no script"
    reference = (tmp_path / "site" / "api.html").read_text()
    assert "CircuitClassifier" in reference
    assert "Write the trained circuit as a netlist" in reference, "docstrings are there"


def test_the_notebook_runs_and_shows_the_circuit():
    notebook = nbformat.read(DOCS / "xor.ipynb", as_version=4)
    NotebookClient(notebook, timeout=None).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert any("image/png" in output.get("data", {}) for output in outputs)
