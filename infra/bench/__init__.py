"""Measures the hot paths against their limits and their peers, on this machine, in one run."""
