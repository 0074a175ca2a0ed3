"""How the engine asks JAX to compute."""

import jax
import numpy as np
import pytest

from ebana_like.circuit import Circuit
from ebana_like.simulators import NativeSimulator
from ebana_like.simulators.native import runtime
from ebana_like.simulators.native.runtime import doubles


def test_products_of_singles_are_asked_for_in_full() -> None:
    """A GPU takes ten bits of the factors unless it is told otherwise, and Newton's method never settles."""
    singles = np.ones((2, 2), np.float32)
    with doubles():
        asked = jax.make_jaxpr(lambda a: a @ a)(singles)
    (product,) = (each for each in asked.eqns if each.primitive.name == "dot_general")
    assert product.params["precision"] == (jax.lax.Precision.HIGHEST,) * 2


@pytest.mark.parametrize(("most", "kept"), [(10**9, True), (10, False)])
def test_engines_throw_compiled_code_away_before_memory_has_no_more_maps(
    divider: Circuit, monkeypatch: pytest.MonkeyPatch, most: int, kept: bool
) -> None:
    """A process that had compiled hundreds of circuits ended by a segmentation fault; the answers stay."""
    code = jax.jit(lambda x: x + 1)
    code(1.0)
    monkeypatch.setattr(runtime, "MOST_MAPS", most)
    with NativeSimulator(divider) as simulator:
        assert (code._cache_size() == 1) == kept
        assert simulator.solve({}, np.array([[3.0]])).scores[0, 0] == pytest.approx(2.0)
