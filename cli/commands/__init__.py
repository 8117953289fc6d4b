"""The commands, one a file: each answers with its exit status.

The library is imported when a command runs, so that --help and usage errors do not wait for LibCST.
"""
