"""How well do convolutional Hopfield networks read digits? Trains 28 x 28 -> 32 maps -> 64 maps -> 10 on MNIST.

    python experiments/maps/run.py PATH [NAME [SEED ...]]

PATH is a file of the digits as `train-circuit mnist --data` takes it, NAME that of a file of settings here;
`hopfield_trainings` says what is written.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from hopfield_trainings import main

if __name__ == "__main__":
    main(Path(__file__).parent, ("maps",))
