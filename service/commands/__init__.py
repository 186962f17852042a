"""One command of the tidegate command line per module."""
