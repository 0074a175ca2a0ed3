"""Training is timed beside the matrix products it cannot do without."""

from ebana_like.bench.products import bench_products


def test_training_and_its_products_are_timed_in_the_same_rounds():
    result = bench_products(hidden=5, batch=100, rounds=2)
    assert len(result.training.rounds) == len(result.products.rounds) == 2
    assert min(result.products.rounds) > 0
    assert 10 < result.memory < 10_000, "megabytes of a Python process"
