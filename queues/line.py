"""A waiting line: the contacts of one queue that need exactly the same skills, in order."""

from __future__ import annotations

from config.routing import QueueSettings
from contacts.contact import Contact
from queues.ordered import Ordered

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
        self.order: Ordered[Place] = Ordered()
        self.head: Place | None = None
        self.candidates: list[tuple[int, Ordered[Idle]]] = []
        self.ready_agents = 0
        self.marketing_agents = 0
        self.signed_in_agents = 0

    def add(self, contact: Contact) -> None:
        """Let the contact wait here."""
        self.order.add((contact.rank, contact.serial, contact.contact_id))
        self.head = self.order.first

    def remove(self, contact: Contact) -> None:
        """Take the contact out, wherever it stands."""
        self.order.remove((contact.rank, contact.serial, contact.contact_id))
        self.head = self.order.first

    @property
    def idle(self) -> int:
        """How many agents could take a contact of this line now."""
        idle = 0
        for _, order in self.candidates:
            idle += len(order)
        return idle

    @property
    def occupancy_ratio(self) -> float | None:
        """The busy share of the ready agents who may serve the line; None without any."""
        return 1 - self.idle / self.ready_agents if self.ready_agents else None

    def ahead_of(self, rank: int) -> int:
        """How many contacts a newcomer of this rank would have to let go first."""
        return self.order.count_before((rank, 1 << 62, ""))

    def __len__(self) -> int:
        return len(self.order)
