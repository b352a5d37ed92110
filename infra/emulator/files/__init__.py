"""The workspace's tree of folders, notebooks and files."""
