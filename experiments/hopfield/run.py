"""How well do Hopfield networks read digits? Trains 784-500-10 and 784-500-500-10 on MNIST.

    python experiments/hopfield/run.py PATH [one|two [SEED ...]]

PATH is a file of the digits as `train-circuit mnist --data` takes it; `hopfield_trainings` says what is written.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from hopfield_trainings import main

if __name__ == "__main__":
    main(Path(__file__).parent, ("one", "two"))
