"""Shaking: the whole engine in virtual time, with faults from a seed, checked throughout."""
