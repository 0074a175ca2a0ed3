"""How do `LANES` numbers go through one instruction? By vectors of LLVM, which numba alone does not find.

Its loops over so few numbers stay scalar, for it cannot know that the arrays do not overlap. Here all numbers are
loaded before any is stored: three times as fast.
"""

from llvmlite import ir

from ebana_like.compiled import intrinsic, types

LANES = 16


def _pointer(context, builder, kind, array, at):
    """Pointer to the lanes of a contiguous array that begin at an element."""
    data = context.make_array(kind)(context, builder, array).data
    vector = ir.VectorType(context.get_value_type(kind.dtype), LANES)
    return builder.bitcast(builder.gep(data, [at]), vector.as_pointer())


def _load(context, builder, kind, array, at):
    loaded = builder.load(_pointer(context, builder, kind, array, at))
    loaded.align = kind.dtype.bitwidth // 8
    return loaded


def _all(context, builder, kind, number):
    """A vector that holds a number in all lanes."""
    element = context.get_value_type(kind.dtype)
    vector = ir.VectorType(element, LANES)
    if element != number.type:
        number = builder.fptrunc(number, element)
    first = builder.insert_element(ir.Constant(vector, ir.Undefined), number, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(first, ir.Constant(vector, ir.Undefined), zeros)


@intrinsic
def combine(typing_context, out, at, a, x, at_x, c, y, at_y):
    """out[at:] = a x[at_x:] + c y[at_y:] in all lanes; arrays are contiguous, and indices those of flat ones."""

    def generate(context, builder, signature, arguments):
        of, place, first, one, at_one, second, two, at_two = arguments
        kinds = signature.args
        left = builder.fmul(
            _all(context, builder, kinds[0], first), _load(context, builder, kinds[3], one, at_one), ("contract",)
        )
        right = builder.fmul(
            _all(context, builder, kinds[0], second), _load(context, builder, kinds[6], two, at_two), ("contract",)
        )
        stored = builder.store(
            builder.fadd(left, right, ("contract",)), _pointer(context, builder, kinds[0], of, place)
        )
        stored.align = kinds[0].dtype.bitwidth // 8
        return context.get_dummy_value()

    number, index = types.float64, types.intp
    return types.void(out, index, number, x, index, number, y, index), generate


@intrinsic
def product(typing_context, a, at_a, b, at_b, x, at_x, y, at_y):
    """Sum over lanes of (a - b) (x - y)."""

    def generate(context, builder, signature, arguments):
        kinds = signature.args
        a, b, x, y = (_load(context, builder, kinds[k], arguments[k], arguments[k + 1]) for k in (0, 2, 4, 6))
        sums = builder.fmul(builder.fsub(a, b), builder.fsub(x, y))
        width = LANES
        while width > 1:  # halves are added until one number is left
            width //= 2
            half = ir.VectorType(ir.IntType(32), width)
            low, high = (
                builder.shuffle_vector(
                    sums, ir.Constant(sums.type, ir.Undefined), ir.Constant(half, list(range(first, first + width)))
                )
                for first in (0, width)
            )
            sums = builder.fadd(low, high)
        return builder.extract_element(sums, ir.Constant(ir.IntType(32), 0))

    index = types.intp
    return types.float64(a, index, b, index, x, index, y, index), generate
