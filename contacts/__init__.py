"""The vocabulary every other package speaks: ids, channels, dispositions, errors. Pure."""
