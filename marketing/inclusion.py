"""How likely each product is presented, and a draw that keeps exactly to it.

Every product's score may lie anywhere between a low and a high bound. Thompson sampling draws all
scores and takes the `count` highest. Here one threshold does it: a product goes in with the
probability that its own score is above the threshold, and the threshold is where these
probabilities sum to `count`. A category's sum is held to its limit by a threshold of its own. One
uniform number then takes products at even steps along the probabilities laid end to end (systematic
sampling, Madow 1949): exactly `count` products, each with exactly its probability, and never more
of a category than its limit, since those lie side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from marketing.draws import uniform_below

PPB = 1_000_000_000
"""Probabilities are integers, in parts per billion: sums are exact."""
MOST_STEPS = 60
CLOSE_ENOUGH = 1e-7

Bounds = tuple[float, float]
"""The lowest and the highest score of a product."""


def inclusion_ppb(
    groups: Sequence[Sequence[Bounds]], count: int, limits: Sequence[int]
) -> list[list[int]]:
    """Return each product's probability of being presented, group by group, summing to `count`.

    A group is a category; of each at most its limit is presented. There must be more than `count`
    products, and at least `count` within the limits.
    """
    low, high = _bracket(groups, count, limits)
    open_groups = [
        ([one for one in group if one[1] > low], most)
        for group, most in zip(groups, limits, strict=True)
    ]

    def over(threshold: float) -> float:
        masses = ((_mass(group, threshold), most) for group, most in open_groups if group)
        return sum(min(mass, most) for mass, most in masses) - count

    threshold = _falling_root(over, low, high)
    shares = [
        _shares(group, _held_threshold(group, threshold, most))
        for group, most in zip(groups, limits, strict=True)
    ]
    return _whole_parts(shares, count, limits)


def draw(parts: Sequence[Sequence[int]], seed: int) -> list[tuple[int, int]]:
    """Return the (group, place) of the products drawn with the probabilities `parts`."""
    at = uniform_below(seed, PPB)
    drawn: list[tuple[int, int]] = []
    passed = 0
    for group, of_group in enumerate(parts):
        for place, part in enumerate(of_group):
            passed += part
            if passed > at:
                drawn.append((group, place))
                at += PPB
    return drawn


def _bracket(groups: Sequence[Sequence[Bounds]], count: int, limits: Sequence[int]) -> Bounds:
    """Return thresholds at which the sum is surely at least, and surely below, `count`."""

    def nth_best(bound: int) -> float:
        best = [
            sorted((one[bound] for one in group), reverse=True)[:most]
            for group, most in zip(groups, limits, strict=True)
        ]
        return sorted((score for scores in best for score in scores), reverse=True)[count - 1]

    return nth_best(0), nth_best(1)


def _mass(group: Sequence[Bounds], threshold: float) -> float:
    """Return the sum of `_share` over a group."""
    mass = 0.0
    for low, high in group:
        if threshold <= low:
            mass += 1.0
        elif threshold < high:
            up = (high - threshold) / (high - low)
            mass += up * up * (3.0 - 2.0 * up)
    return mass


def _share(bounds: Bounds, threshold: float) -> float:
    """Return the probability of a score above the threshold.

    The score's distribution between its bounds is the bounded bell 6 x (1 - x).
    """
    low, high = bounds
    if threshold <= low:
        return 1.0
    if threshold >= high:
        return 0.0
    up = (high - threshold) / (high - low)
    return up * up * (3.0 - 2.0 * up)


def _shares(group: Sequence[Bounds], threshold: float) -> list[float]:
    return [_share(one, threshold) for one in group]


def _held_threshold(group: Sequence[Bounds], threshold: float, most: int) -> float:
    """Return the threshold, or a higher one where the group would have more than its most."""
    if len(group) <= most or _mass(group, threshold) <= most:
        return threshold
    highest = max(high for _, high in group)
    return _falling_root(lambda at: _mass(group, at) - most, threshold, highest)


def _falling_root(over: Callable[[float], float], low: float, high: float) -> float:
    """Return where a falling function is 0: regula falsi, Illinois variant, kept in its bracket."""
    at_low, at_high = over(low), over(high)
    if at_low <= 0.0:
        return low
    if at_high >= 0.0:
        return high
    for _ in range(MOST_STEPS):
        middle = (low * at_high - high * at_low) / (at_high - at_low)
        if not low < middle < high:
            middle = (low + high) / 2
        value = over(middle)
        if abs(value) < CLOSE_ENOUGH:
            return middle
        if value > 0.0:
            low, at_low, at_high = middle, value, at_high / 2
        else:
            high, at_high, at_low = middle, value, at_low / 2
    return low


def _whole_parts(shares: list[list[float]], count: int, limits: Sequence[int]) -> list[list[int]]:
    """Return the shares in parts per billion, corrected so that the sum is exactly `count`."""
    parts = [[int(share * PPB) for share in group] for group in shares]
    sums = [sum(group) for group in parts]
    missing = count * PPB - sum(sums)
    for hopeless in (False, True):
        for number, group in enumerate(parts):
            most = limits[number]
            if missing == 0 and sums[number] <= most * PPB:
                continue
            for place, part in enumerate(group):
                if part == 0 and not hopeless:
                    continue
                room = min(PPB - part, most * PPB - sums[number])
                change = max(-part, min(missing, room))
                group[place] += change
                sums[number] += change
                missing -= change
    return parts
