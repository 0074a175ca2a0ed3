"""How do exponentials and logarithms go through a loop several at a time? As polynomials, without a call.

LLVM turns a loop of arithmetic into instructions that take four or eight numbers at once, but not one that calls a
library. Both functions are good to a unit or two in the last place of a double.
"""

import math
from typing import Any

import numpy as np
from llvmlite import ir

from ebana_like.compiled import intrinsic, njit, types

SHIFT = 1.5 * 2.0**52
"""Added to a number below 2^51 it leaves the nearest whole number in the last bits."""

HIGH, LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
"""The logarithm of 2; the first part has so few bits that a product with an exponent is exact."""


def _bits(number: float) -> int:
    return int(np.float64(number).view(np.int64))


ONE, SHIFTED, ROOT = _bits(1.0), _bits(SHIFT), _bits(math.sqrt(0.5))
TURNS = 1 / math.log(2)
FACTORIALS = tuple(1 / math.factorial(k) for k in range(14))
ODD = tuple(1 / (2 * k + 1) for k in range(11))


@intrinsic
def _as_bits(typing_context: Any, number: Any) -> Any:
    """Return the bits of a double as a whole number."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.int64(types.float64), generate


@intrinsic
def _of_bits(typing_context: Any, bits: Any) -> Any:
    """Return the double of such bits."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), generate


@njit(error_model="numpy", fastmath={"contract"}, nogil=True)
def exponential(x: float) -> float:
    """Return e^x, for |x| up to 708: 2^k times the series of what is left, at most ln(2) / 2."""
    shifted = x * TURNS + SHIFT
    k = shifted - SHIFT
    r = (x - k * HIGH) - k * LOW
    p = FACTORIALS[13]
    p = p * r + FACTORIALS[12]
    p = p * r + FACTORIALS[11]
    p = p * r + FACTORIALS[10]
    p = p * r + FACTORIALS[9]
    p = p * r + FACTORIALS[8]
    p = p * r + FACTORIALS[7]
    p = p * r + FACTORIALS[6]
    p = p * r + FACTORIALS[5]
    p = p * r + FACTORIALS[4]
    p = p * r + FACTORIALS[3]
    p = p * r + FACTORIALS[2]
    p = p * r + 1.0
    p = p * r + 1.0
    return p * _of_bits((_as_bits(shifted) << 52) + ONE)


@njit(error_model="numpy", fastmath={"contract"}, nogil=True)
def logarithm(x: float) -> float:
    """Return ln x of a normal positive number: its exponent, and the series of artanh of a mantissa close to 1."""
    bits = _as_bits(x)
    exponent = (bits - ROOT) >> 52
    mantissa = _of_bits(bits - (exponent << 52))
    k = _of_bits(exponent + SHIFTED) - SHIFT
    s = (mantissa - 1.0) / (mantissa + 1.0)
    z = s * s
    p = ODD[10]
    p = p * z + ODD[9]
    p = p * z + ODD[8]
    p = p * z + ODD[7]
    p = p * z + ODD[6]
    p = p * z + ODD[5]
    p = p * z + ODD[4]
    p = p * z + ODD[3]
    p = p * z + ODD[2]
    p = p * z + ODD[1]
    p = p * z + ODD[0]
    return k * HIGH + (2.0 * s * p + k * LOW)
