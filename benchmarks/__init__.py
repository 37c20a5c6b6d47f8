"""How fast it is, measured end to end: `python -m benchmarks` or `make bench`."""
