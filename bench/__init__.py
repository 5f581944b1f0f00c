"""Benchmarks that anyone can run; `python -m bench.exchange` is the one of the exchange."""
