"""What was published and is not yet confirmed: packet identifiers, limits, and who waits."""

import asyncio
from dataclasses import dataclass

from bus.transport_errors import NotConnectedError, OutgoingFullError


@dataclass(frozen=True, slots=True)
class OutgoingLimits:
    """How much may be published and not yet confirmed before `publish` refuses more.

    Confirmed is: acknowledged by the broker (QoS 1) or handed to the socket (QoS 0).
    A message is let in while both figures are below their limit, so one may go beyond in bytes.
    """

    messages: int = 20_000
    size_bytes: int = 32 * 1024 * 1024

    def __post_init__(self) -> None:
        """Refuse limits below one, and more messages than packet identifiers can tell apart."""
        if not 1 <= self.messages <= 60_000:
            raise ValueError(f"limit of {self.messages} messages outstanding: give 1 to 60000")
        if self.size_bytes < 1:
            raise ValueError(f"limit of {self.size_bytes} bytes outstanding: give at least 1")


class Outstanding:
    """The messages of one link that are published and not yet confirmed."""

    def __init__(self, limits: OutgoingLimits) -> None:
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._packet_id = 0
        self._unacknowledged: dict[int, int] = {}  # packet id -> bytes
        self._unacknowledged_bytes = 0
        self._unsent_messages = 0  # QoS 0, not yet handed to the socket
        self._unsent_bytes = 0
        self._confirmations: dict[int, asyncio.Future[None]] = {}
        self._drain_waiters: list[tuple[int, asyncio.Future[None]]] = []

    @property
    def messages(self) -> int:
        """How many messages are outstanding."""
        return len(self._unacknowledged) + self._unsent_messages

    @property
    def size_bytes(self) -> int:
        """How many bytes their packets have."""
        return self._unacknowledged_bytes + self._unsent_bytes

    @property
    def has_unsent(self) -> bool:
        """Tell whether a QoS 0 message has not reached the socket yet."""
        return self._unsent_messages > 0

    def require_room(self) -> None:
        """Raise OutgoingFullError if a limit is reached."""
        size_bytes = self._unacknowledged_bytes + self._unsent_bytes
        messages = len(self._unacknowledged) + self._unsent_messages
        if messages >= self._limits.messages or size_bytes >= self._limits.size_bytes:
            raise OutgoingFullError(messages, size_bytes)

    def next_packet_id(self) -> int:
        """Return an identifier, 1 to 65535, that no unacknowledged message has."""
        candidate = self._packet_id % 65_535 + 1
        while candidate in self._unacknowledged:
            candidate = candidate % 65_535 + 1
        self._packet_id = candidate
        return candidate

    def add(self, packet_id: int, size_bytes: int) -> None:
        """Count a message; `packet_id` is 0 with QoS 0."""
        if packet_id:
            self._unacknowledged[packet_id] = size_bytes
            self._unacknowledged_bytes += size_bytes
        else:
            self._unsent_messages += 1
            self._unsent_bytes += size_bytes

    def acknowledged(self, packet_id: int) -> None:
        """Note the broker's PUBACK; one for an unknown identifier is ignored."""
        self._unacknowledged_bytes -= self._unacknowledged.pop(packet_id, 0)
        if self._confirmations:
            confirmed = self._confirmations.pop(packet_id, None)
            if confirmed is not None and not confirmed.done():
                confirmed.set_result(None)

    def all_sent(self) -> None:
        """Note that everything written so far is with the socket."""
        self._unsent_messages = self._unsent_bytes = 0
        self.wake_drained()

    def confirmation(self, packet_id: int) -> asyncio.Future[None]:
        """Return a future that resolves at the PUBACK of the message just added."""
        confirmed: asyncio.Future[None] = self._loop.create_future()
        self._confirmations[packet_id] = confirmed
        return confirmed

    def drained(self, below: int) -> asyncio.Future[None]:
        """Return a future that resolves once fewer than `below` messages are outstanding."""
        waiter: asyncio.Future[None] = self._loop.create_future()
        if self.messages < below:
            waiter.set_result(None)
        else:
            self._drain_waiters.append((below, waiter))
        return waiter

    def wake_drained(self) -> None:
        """Resolve the waits whose mark is reached."""
        if not self._drain_waiters:
            return
        messages, waiting = self.messages, self._drain_waiters
        self._drain_waiters = [pair for pair in waiting if messages >= pair[0]]
        for below, waiter in waiting:
            if messages < below and not waiter.done():
                waiter.set_result(None)

    def fail(self, reason: str) -> None:
        """Fail everything that waits: the link is lost for `reason`."""
        waiting = [*self._confirmations.values(), *(waiter for _, waiter in self._drain_waiters)]
        self._confirmations.clear()
        self._drain_waiters.clear()
        for waiter in waiting:
            if not waiter.done():
                waiter.set_exception(NotConnectedError(reason))
