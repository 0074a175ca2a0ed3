"""How well do networks in discrete time read digits? All units step at once, so many steps freely and so many nudged.

    python experiments/discrete_time/run.py PATH [one|two|three|field [SEED ...]]

PATH is a file of the digits as `train-circuit mnist --data` takes it; `hopfield_trainings` says what is written.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from hopfield_trainings import main

if __name__ == "__main__":
    main(Path(__file__).parent, ("one", "two", "three", "field"))
