"""Shaking: the whole engine in virtual time, with faults chosen by a seed and checked throughout."""
