"""Pulumi programs, one a feature: each in a folder of its own, run by `tests/engine/test_programs.py`."""
