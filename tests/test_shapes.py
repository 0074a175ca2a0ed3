"""Arrays with other axes than annotations name are caught in all tests, whoever overrides the method."""

import numpy as np
import pytest

from ebana_like.learning import Cost, CrossEntropy, SquaredError, Stencil
from ebana_like.nudges import Currents

TypeCheckError = pytest.importorskip("jaxtyping").TypeCheckError

TWO, THREE = np.zeros((5, 2)), np.zeros((5, 3))

WRONG = {
    "a method of a protocol": lambda: SquaredError().gradient(TWO, THREE),
    "one that is written for any array": lambda: CrossEntropy().gradient(TWO[0], TWO[0]),
    "a subclass's": lambda: Currents().drives(SquaredError(), TWO, TWO, np.zeros((2, 4))),
    "what another axis says": lambda: Stencil(np.zeros((2, 5)), TWO.T),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_other_axes_are_caught(wrong):
    with pytest.raises(TypeCheckError):
        wrong()


def test_what_is_returned_is_looked_at_too_and_each_size_anew():
    from shapes import check_shapes

    class Summed(SquaredError):  # noqa: N818 - a cost
        def value(self, scores, targets):
            found = super().value(scores, targets)
            return found if len(found) < 5 else found.sum()

    check_shapes(Cost, [Summed])
    assert Summed().value(TWO[:3], TWO[:3]).tolist() == [0, 0, 0]
    with pytest.raises(TypeCheckError, match="return"):
        Summed().value(TWO, TWO)
