"""The commands of `python -m infra.engine`, one file a group: each declares its arguments and does what they say."""
