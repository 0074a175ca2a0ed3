import pytest

from ebana_like.simulators import simulator


@pytest.fixture(params=["ngspice", "native"])
def engine_of(request):
    """Makes a running engine of each kind."""
    running = []

    def make(circuit):
        running.append(simulator(request.param, circuit))
        return running[-1].__enter__()

    yield make
    for engine in running:
        engine.__exit__(None, None, None)
