"""How a workspace differs from what was deployed to it, and what to make of that.

`detection` finds it, `places` says where each thing stands in the environment file, `edits` turns it into changes of that
file, `settling` adopts or reverts.
"""
