"""How does ngspice hear the next stimulus and hand over a solved point? By callbacks compiled to machine code.

ngspice asks for every external source's value at every Newton iteration. Answered by Python that costs half of a small
point (XOR: 0.077 ms a point with Python callbacks, 0.044 ms with these); numba compiles them without a C compiler on
the user's machine.

A point that takes too many iterations is ended by sources that are no numbers, for which ngspice finds no solution.

They share a block of words with Python (`ebana_like.simulators.ngspice.block`); addresses in it point into numpy arrays
that the batch keeps alive.
"""

from math import nan

from llvmlite import ir

from ebana_like.compiled import cfunc, intrinsic, njit, types
from ebana_like.simulators.ngspice.block import (
    ALIVE,
    CURRENT_COUNT,
    CURRENTS,
    ENOUGH,
    FREE_HANDLER,
    ITERATIONS,
    MOST_ITERATIONS,
    NODE_COUNT,
    PHASES,
    POINT,
    POINTS,
    RESULTS,
    SAMPLE,
    SAMPLES,
    STEP,
    STEPS,
    TIME_AT,
    TIMES,
    VECTORS,
    VOLTAGE_COUNT,
    VOLTAGES,
    WORD_BYTES,
)

SAME_TIME = 1e-6
"""Share of a step by which a time may be missed: rounding, where times are sums of steps."""

NUMBER_AT = 3
"""External sources are named by three letters and their number: `vx_12`, `ix_3`."""


@intrinsic
def _doubles(typing_context, address):
    """Pointer to doubles at an address."""

    def generate(context, builder, signature, arguments):
        return builder.inttoptr(arguments[0], context.get_value_type(types.float64).as_pointer())

    return types.CPointer(types.float64)(types.intp), generate


@intrinsic
def _words(typing_context, address):
    """Pointer to 64-bit words at an address."""

    def generate(context, builder, signature, arguments):
        return builder.inttoptr(arguments[0], context.get_value_type(types.intp).as_pointer())

    return types.CPointer(types.intp)(types.intp), generate


@intrinsic
def _call(typing_context, address, argument):
    """Call the C function `void f(intptr_t)` at an address."""

    def generate(context, builder, signature, arguments):
        word = context.get_value_type(types.intp)
        function = ir.FunctionType(ir.VoidType(), [word])
        builder.call(builder.inttoptr(arguments[0], function.as_pointer()), [arguments[1]])
        return context.get_dummy_value()

    return types.void(types.intp, types.intp), generate


@njit()
def _number(name):
    """Read the number at the end of an external source's name."""
    position, number = NUMBER_AT, 0
    while 48 <= name[position] <= 57:
        number = 10 * number + name[position] - 48
        position += 1
    return number


@njit()
def _played(address, count, number, time, block):
    """Read an external source at a time, on the line between two times that are given."""
    values, times = _doubles(address), _doubles(block[TIMES])
    before = max(block[STEP] - 1, 0)
    after = min(before + 1, block[STEPS] - 1)
    here, there = values[before * count + number], values[after * count + number]
    if after == before or time >= times[after]:
        return there
    share = (time - times[before]) / (times[after] - times[before])
    return here + max(share, 0.0) * (there - here)


_source = types.int32(
    types.CPointer(types.float64),
    types.float64,
    types.CPointer(types.uint8),
    types.int32,
    types.CPointer(types.intp),
)


@cfunc(_source)
def get_voltage(value, time, name, identity, block):
    """GetVSRCData: the value of one external voltage source at the present point."""
    number = _number(name)
    if block[STEPS] > 0:
        value[0] = _played(block[VOLTAGES], block[VOLTAGE_COUNT], number, time, block)
    else:
        value[0] = _doubles(block[VOLTAGES])[block[POINT] * block[VOLTAGE_COUNT] + number]
    if block[ALIVE] >= block[ENOUGH]:
        value[0] = nan
    if number == 0:
        _words(block[ITERATIONS])[block[POINT]] += 1
        block[ALIVE] += 1
    return 0


@cfunc(_source)
def get_current(value, time, name, identity, block):
    """GetISRCData: the value of one external current source at the present point."""
    number = _number(name)
    if block[STEPS] > 0:
        value[0] = _played(block[CURRENTS], block[CURRENT_COUNT], number, time, block)
    else:
        value[0] = _doubles(block[CURRENTS])[block[POINT] * block[CURRENT_COUNT] + number]
    if block[ALIVE] >= block[ENOUGH]:
        value[0] = nan
    if number == 0 and block[VOLTAGE_COUNT] == 0:  # else a voltage source counts
        _words(block[ITERATIONS])[block[POINT]] += 1
        block[ALIVE] += 1
    return 0


@njit()
def _reached(all_vectors, block):
    """Take a transient's point where it is at the next of the times, and not before it."""
    step = block[STEP]
    block[ALIVE] += 1
    block[ENOUGH] = block[ALIVE] + MOST_ITERATIONS
    if step >= block[STEPS]:
        return
    vectors, position = _words(all_vectors[1]), _words(block[VECTORS])
    times = _doubles(block[TIMES])
    time = _doubles(vectors[block[TIME_AT]])[1]
    if time < times[step] - SAME_TIME * (times[step] - times[max(step - 1, 0)]):
        return
    results = _doubles(block[RESULTS] + WORD_BYTES * step * block[NODE_COUNT])
    for node in range(block[NODE_COUNT]):
        results[node] = _doubles(vectors[position[node]])[1]
    block[STEP] = step + 1


_sync = types.int32(
    types.float64,
    types.CPointer(types.float64),
    types.float64,
    types.int32,
    types.int32,
    types.int32,
    types.CPointer(types.intp),
)


@cfunc(_sync)
def get_sync(time, step, before, again, identity, place, block):
    """GetSyncData: how long the next step of a transient is: up to the next of its times, or less after a failure."""
    if block[STEPS] == 0:
        return 0
    times, following = _doubles(block[TIMES]), block[STEP]
    last = block[STEPS] - 1
    if following <= last and time >= times[following] - SAME_TIME * (times[following] - times[max(following - 1, 0)]):
        following += 1
    if following > last:
        return 0
    left = times[following] - time
    if again == 0 or step[0] > left:
        step[0] = left
    return 0


@cfunc(types.int32(types.CPointer(types.intp), types.int32, types.int32, types.CPointer(types.intp)))
def send_data(all_vectors, count, identity, block):
    """SendData: take the converged point's node voltages, and go on to the next point.

    `all_vectors` is struct {int, int, struct {char *name; double value; ...} **vectors}.
    """
    if block[STEPS] > 0:
        _reached(all_vectors, block)
        return 0
    point = block[POINT]
    if point >= block[POINTS]:
        return 0
    vectors, position = _words(all_vectors[1]), _words(block[VECTORS])
    results = _doubles(block[RESULTS] + WORD_BYTES * point * block[NODE_COUNT])
    for node in range(block[NODE_COUNT]):
        results[node] = _doubles(vectors[position[node]])[1]
    if block[FREE_HANDLER] != 0 and point % block[PHASES] == 0:
        _call(block[FREE_HANDLER], point)
    block[POINT] = point + 1
    block[ENOUGH] = block[ALIVE] + MOST_ITERATIONS
    if point + 1 < block[POINTS]:
        block[SAMPLE] = _words(block[SAMPLES])[point + 1]
    return 0
