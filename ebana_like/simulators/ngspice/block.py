"""What do Python and the compiled callbacks share? One block of 64-bit words; this is what each of them holds.

The block lies in a file mapped by the worker and its parent, who can so see how far the worker is even after its death.

The callbacks are compiled once and kept in the cache folder with these numbers in them: after a change here, touch
callbacks.py too.
"""

POINT = 0  # number of the point being solved
POINTS = 1  # how many points this run has
VOLTAGES, VOLTAGE_COUNT = 2, 3  # address of (points, count) doubles: external voltage sources
CURRENTS, CURRENT_COUNT = 4, 5  # address of (points, count) doubles: external current sources
RESULTS, NODE_COUNT = 6, 7  # address of (points, nodes) doubles: node voltages, ground left out
VECTORS = 8  # address of (nodes,) words: position of each node among ngspice's vectors
ITERATIONS = 9  # address of (points,) words: Newton iterations
FREE_HANDLER = 10  # address of a C function called with the number of each free point solved; 0 for none
PHASES = 11  # points a sample, the free one first
SAMPLES = 12  # address of (points,) words: the sample each point belongs to
SAMPLE = 13  # the sample being solved: what the parent names when the worker is lost
ALIVE = 14  # counts Newton iterations since the process began: the parent's sign of life
ENOUGH = 15  # the value of ALIVE at which the point being solved is given up; moves on with every point
STEPS = 16  # times of a transient; 0 at DC
STEP = 17  # how many of them have been reached
TIMES = 18  # address of (steps,) doubles, seconds; external sources then are (steps, count) doubles
TIME_AT = 19  # position of the time among ngspice's vectors
WORDS = 20

WORD_BYTES = 8

MOST_ITERATIONS = 20_000
"""A point takes some five Newton iterations, and some thousand where ngspice has to go by steps of gmin or sources."""
