"""How many failed logins are answered, from one address and from all."""

from __future__ import annotations

from collections import OrderedDict, deque

WINDOW_MS = 60_000
MOST_OF_ONE = 10
MOST_OF_ALL = 300
MAX_ADDRESSES = 10_000


class LoginLimit:
    """Counts failures in a sliding minute. Pure: the time is an input."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, deque[int]] = OrderedDict()
        self._all: deque[int] = deque(maxlen=MOST_OF_ALL)

    def wait_ms(self, address: str, now_ms: int) -> int:
        """Return how long this address has to wait for its next attempt, milliseconds."""
        own = self._failures.get(address) or deque()
        return max(_wait_ms(own, MOST_OF_ONE, now_ms), _wait_ms(self._all, MOST_OF_ALL, now_ms))

    def failed(self, address: str, now_ms: int) -> None:
        """An attempt from this address failed."""
        own = self._failures.pop(address, None) or deque(maxlen=MOST_OF_ONE)
        own.append(now_ms)
        self._failures[address] = own
        self._all.append(now_ms)
        if len(self._failures) > MAX_ADDRESSES:
            self._failures.popitem(last=False)


def _wait_ms(failures: deque[int], most: int, now_ms: int) -> int:
    """Return how long until fewer than `most` failures lie in the window; it keeps the last."""
    if len(failures) < most:
        return 0
    return max(0, failures[0] + WINDOW_MS - now_ms)
