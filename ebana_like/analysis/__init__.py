"""What happened and why: answers, inspection, benchmarks."""
