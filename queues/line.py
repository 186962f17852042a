"""A waiting line: the contacts of one queue that need exactly the same skills, in order."""

from __future__ import annotations

from sortedcontainers import SortedList

from config.routing import QueueSettings
from contacts.contact import Contact

Place = tuple[int, int, str]
Idle = tuple[int, int, int, int, str]


class WaitingLine:
    """Contacts in order of rank, then arrival. Adding and removing is logarithmic.

    `head` is the first contact's place (rank, serial, contact id) or None. `candidates` are the
    available agents of each skill pool that may serve the line, with the pool's preference;
    `ready_agents` counts the agents of those pools who are ready, busy or not, `marketing_agents`
    those who are marketing, and `signed_in_agents` all of them who are signed in.
    """

    __slots__ = (
        "candidates",
        "extra",
        "head",
        "marketing_agents",
        "order",
        "ready_agents",
        "requires",
        "settings",
        "signed_in_agents",
    )

    def __init__(self, settings: QueueSettings, extra: str, requires: dict[str, int]) -> None:
        self.settings = settings
        self.extra = extra
        self.requires = requires
        self.order: SortedList[Place] = SortedList()
        self.head: Place | None = None
        self.candidates: list[tuple[int, SortedList[Idle]]] = []
        self.ready_agents = 0
        self.marketing_agents = 0
        self.signed_in_agents = 0

    def add(self, contact: Contact) -> None:
        """Let the contact wait here."""
        place = (contact.rank, contact.serial, contact.contact_id)
        self.order.add(place)
        if self.head is None or place < self.head:
            self.head = place

    def remove(self, contact: Contact) -> None:
        """Take the contact out, wherever it stands."""
        place = (contact.rank, contact.serial, contact.contact_id)
        self.order.remove(place)
        if place == self.head:
            self.head = self.order[0] if self.order else None

    @property
    def idle(self) -> int:
        """How many agents could take a contact of this line now."""
        return sum(len(order) for _, order in self.candidates)

    def ahead_of(self, rank: int) -> int:
        """How many contacts a newcomer of this rank would have to let go first."""
        return self.order.bisect_right((rank, 1 << 62, ""))

    def __len__(self) -> int:
        return len(self.order)
