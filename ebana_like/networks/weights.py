"""Where do a trained network's weights come from? A file, a torch, JAX or scikit-learn model, or a list."""

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.errors import CircuitError
from ebana_like.files import read_file
from ebana_like.networks.relu import Affine

INPUTS_FIRST = re.compile(r"kernel|coef", re.IGNORECASE)
"""Names of weights (in, out), as Flax, Keras and scikit-learn have them; torch's and equinox' are (out, in)."""

SAME = 1e-9
"""Share of the largest by which a function may miss the affine one that it was measured to be."""


def relu_layers(source: Any) -> tuple[Affine, ...]:
    """Return the layers of a network with a ReLU behind each but the last.

    source: the path of an `.npz`; a torch module, or its `state_dict()`; a dictionary of arrays, nested or not, as
        JAX's libraries have it; a fitted `MLPClassifier` or `MLPRegressor`; or a sequence of (weights, biases) pairs,
        biases None for none. Layers stand in the order of the numbers in their names, weights are (out, in), or
        (in, out) where their names say so ("kernel", "coef") or no others fit on each other.

    Raises CircuitError where arrays make no layers, and RunError where a file cannot be read.
    """
    if isinstance(source, str | Path):
        source = _read(Path(source))
    if getattr(source, "activation", "relu") != "relu":
        raise CircuitError(f"the network has the activation {source.activation!r}; only those of ReLU are converted")
    if hasattr(source, "coefs_"):
        source = {
            f"{kind}{k}": array
            for kind, arrays in (("coef", source.coefs_), ("intercept", source.intercepts_))
            for k, array in enumerate(arrays)
        }
    if hasattr(source, "state_dict"):
        source = source.state_dict()
    if not isinstance(source, Mapping):
        source = dict(_numbered(source))
    named = sorted(_flat(source), key=lambda item: [int(digits) for digits in re.findall(r"\d+", item[0])])
    weights = [(name, array) for name, array in named if array.ndim == 2]
    biases = [array for _, array in named if array.ndim == 1]
    if odd := next((f"{name} of shape {array.shape}" for name, array in named if array.ndim not in (1, 2)), ""):
        raise CircuitError(f"{odd} is neither weights nor biases; write convolutions as matrices with `affine`")
    if not weights or len(biases) not in (0, len(weights)):
        raise CircuitError(
            f"there are {len(weights)} arrays of weights and {len(biases)} of biases; give every layer one of each, "
            "or no biases at all"
        )
    matrices = [array for _, array in weights]
    inputs_first = any(INPUTS_FIRST.search(name) for name, _ in weights)
    for turned in (inputs_first, not inputs_first):
        found = [matrix.T if turned else matrix for matrix in matrices]
        given = biases or [np.zeros(len(matrix)) for matrix in found]
        if _fit(found, given):
            return tuple(Affine(np.ascontiguousarray(W), b) for W, b in zip(found, given, strict=True))
    shapes = ", ".join(str(matrix.shape) for matrix in matrices)
    raise CircuitError(
        f"weights of the shapes {shapes} with {', '.join(str(len(b)) for b in biases) or 'no'} biases do not fit on "
        "each other; give layers in their order"
    )


def affine(function: Callable[[FloatArray], Any], features: int) -> Affine:
    """Return W and b of a function that is affine: a convolution, a mean over patches, a normalisation as trained.

    function: takes (batch, features) and returns (batch, ...), as numpy, JAX or torch have them.
    Raises CircuitError where it is not affine.
    """

    def called(x: FloatArray) -> FloatArray:
        return np.asarray(function(x), float).reshape(len(x), -1)

    b = called(np.zeros((1, features)))[0]
    W = (called(np.eye(features)) - b).T
    probe = np.random.default_rng(0).normal(size=(2, features))
    largest = max(np.abs(W).max(initial=0.0), np.abs(b).max(initial=0.0))
    missed = np.abs(called(probe) - probe @ W.T - b).max()
    single = np.asarray(function(probe)).dtype.itemsize < 8
    if not missed <= (1e5 if single else 1.0) * SAME * largest * features:
        raise CircuitError(f"the function is not affine: it misses W x + b by {missed:.2g}; leave its ReLU out")
    return Affine(W, b)


def _read(path: Path) -> dict[str, Any]:
    data = read_file(path, "weights_bytes", advice="give an .npz with a network's weights and biases")
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return dict(arrays)
    except (ValueError, BadZipFile, EOFError, TypeError, AttributeError, KeyError) as error:
        raise CircuitError(f"cannot read {path}: it is no .npz of plain arrays; write it with numpy.savez") from error


def _numbered(pairs: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    for k, each in enumerate(pairs):
        if isinstance(each, Affine):
            each = each.weights, each.biases
        if not (isinstance(each, tuple | list) and len(each) == 2):
            raise CircuitError(f"layer {k + 1} is a {type(each).__name__}; give a pair (weights, biases)")
        yield f"weight{k}", each[0]
        if each[1] is not None:
            yield f"bias{k}", each[1]


def _flat(source: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, FloatArray]]:
    """Yield every array by its whole name."""
    for name, each in source.items():
        if isinstance(each, Mapping):
            yield from _flat(each, f"{prefix}{name}.")
            continue
        each = each.detach().cpu() if hasattr(each, "detach") else each
        array = np.asarray(each)
        if array.dtype.kind not in "fiu":
            raise CircuitError(f"{prefix}{name} is a {type(each).__name__}, no array of numbers")
        yield f"{prefix}{name}", array.astype(float)


def _fit(matrices: Sequence[FloatArray], biases: Sequence[FloatArray]) -> bool:
    """Whether each of weights (out, in) takes what the one before gives, and has its biases."""
    outs, ins = [W.shape[0] for W in matrices], [W.shape[1] for W in matrices]
    return outs[:-1] == ins[1:] and outs == [len(b) for b in biases]
