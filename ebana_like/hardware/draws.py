"""Where does chance come from while devices move? From a key of the update and the number of the device alone.

A device draws the same wherever an engine keeps it, one by one or in a piece compiled for thousands: a counter of 32
bits is stirred twice by multiplications, shifts and xor (lowbias32 of C. Wellons), a fraction of the work of JAX's own
generator. A word gives a uniform number of 20 bits, and from its other 12 a normal one, the middle of one of 4096
equally likely parts, so within 3.7 sigma.
"""

from functools import cache
from statistics import NormalDist

import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

KEY = 2
"""Words of 32 bits in a key."""

_GOLDEN, _FIRST, _SECOND = 0x9E3779B9, 0x7FEB352D, 0x846CA68B
_LEVELS = 4096


def keys_from(rng: np.random.Generator, count: int) -> NDArray[np.uint32]:
    """Return the keys of so many addresses at one update, (count, 2): the same whether asked for at once or singly."""
    return rng.integers(2**32, size=(count, KEY), dtype=np.uint32)


def words(key: Array, number: Array, turn: Array | int) -> Array:
    """Return 32 bits for every device; number: of the device, (n,). turn: which of the update's draws this is."""
    start = number * jnp.uint32(_GOLDEN) + key[0] + jnp.asarray(turn).astype(jnp.uint32) * jnp.uint32(_SECOND)
    return _stirred(_stirred(start) ^ key[1])


def uniform(word: Array) -> Array:
    """Return numbers from 0 to 1, ends excluded."""
    return (word >> 12).astype(jnp.float32) * 2.0**-20 + 2.0**-21


def normal(word: Array) -> Array:
    """Return numbers of mean 0 and variance 1."""
    return jnp.asarray(_middles())[(word & jnp.uint32(_LEVELS - 1)).astype(jnp.int32)]


@cache
def _middles() -> NDArray[np.float32]:
    """Return the middles of equally likely parts of the normal distribution, scaled to a variance of 1."""
    middles = np.array([NormalDist().inv_cdf((k + 0.5) / _LEVELS) for k in range(_LEVELS)])
    return np.asarray(middles / middles.std(), dtype=np.float32)


def _stirred(x: Array) -> Array:
    x = (x ^ (x >> 16)) * jnp.uint32(_FIRST)
    x = (x ^ (x >> 15)) * jnp.uint32(_SECOND)
    return x ^ (x >> 16)
