"""Bringing a workspace under management that others have filled.

`survey` writes down what is there in the words of the environment file; `adopting` is a plugin that takes resources over where
an update would make them; `bring_in` does both, one after the other.
"""
