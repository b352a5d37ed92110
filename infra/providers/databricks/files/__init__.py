"""Folders and files of the workspace's tree."""
