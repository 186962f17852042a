"""Chance as a function of a number that is in the journal. Pure, the same on every machine."""

from __future__ import annotations

_MASK = (1 << 64) - 1


def mixed(seed: int) -> int:
    """Return 64 bits that look random and depend on the seed alone (splitmix64, Steele 2014)."""
    bits = (seed + 0x9E3779B97F4A7C15) & _MASK
    bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & _MASK
    return bits ^ (bits >> 31)


def uniform_below(seed: int, limit: int) -> int:
    """Return a number from 0 to `limit` - 1, each as likely to within `limit` in 2 ** 64."""
    return mixed(seed) * limit >> 64
