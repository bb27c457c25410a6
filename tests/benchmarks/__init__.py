"""Benchmarks: this program beside what people use otherwise, in one run, as ratios.

``make bench``, or ``python -m tests.benchmarks [NAME...] [--quick]``. No test depends on a time.
"""
