"""Random use of a desk: several lines at once, late and repeated reactions, corrections."""

from __future__ import annotations

from random import Random

from contacts.vocabulary import NeverScope, ReactionKind
from marketing import ledger_changes as c
from tests.support.fatigue_desk import MINUTE, PEOPLE, PRODUCTS, FatigueDesk

MONTH = 30 * 24 * 60 * MINUTE
STEPS_MS = [0, 0, 1, MINUTE, 7 * MINUTE, 30 * MINUTE]


class Play:
    """Draws moves and makes them."""

    def __init__(self, desk: FatigueDesk, chance: Random, *, declining: bool = False) -> None:
        """With `declining` one customer declines two products again and again."""
        self.desk, self.chance = desk, chance
        self.people = PEOPLE[:1] if declining else PEOPLE
        self.products = PRODUCTS[:2] if declining else PRODUCTS
        self.kinds = [0, 0, 9, 1, 0, 1] if declining else [3, 3, 6, 5, 1, 3]
        self.live: list[tuple[c.Who, str]] = []
        self.known: list[tuple[c.Who, str]] = []
        self.open: list[str] = []
        self.moves = {
            self._arrive: 2,
            self._reserve: 5,
            self._present: 4,
            self._release: 1,
            self._react: 5,
            self._end: 1,
            self._wait: 4,
            self._say: 0.8,
        }

    def run(self, steps: int) -> None:
        for move in self.chance.choices([*self.moves], [*self.moves.values()], k=steps):
            move()

    def _arrive(self) -> None:
        self.live.append((self.chance.choice(self.people), f"k{len(self.known)}"))
        self.known.append(self.live[-1])

    def _reserve(self) -> None:
        if self.live:
            who, contact = self.chance.choice(self.live)
            some = self.chance.sample(self.products, self.chance.randint(1, len(self.products) - 1))
            one = self.desk.reserve(who, contact, some)
            self.open += [] if one is None else [one]

    def _present(self) -> None:
        if self.open:
            self.desk.present(self.open.pop(self.chance.randrange(len(self.open))))

    def _release(self) -> None:
        if self.open:
            self.desk.release(self.open.pop(self.chance.randrange(len(self.open))))

    def _react(self) -> None:
        if not self.known:
            return
        who, contact = self.chance.choice(self.known[-8:])
        selected = self.desk.selected(contact) or self.products
        for _ in range(self.chance.randint(1, 2)):
            pool = selected if self.chance.random() < 0.8 else self.products
            self.desk.react(
                who,
                contact,
                self.chance.choice(pool).product_id,
                self.chance.choices([*ReactionKind], self.kinds)[0],
                self.chance.choice([NeverScope.PRODUCT, NeverScope.CATEGORY]),
            )

    def _end(self) -> None:
        if self.live:
            self.desk.end(*self.live.pop(self.chance.randrange(len(self.live))))

    def _say(self) -> None:
        scope = self.chance.choices([*NeverScope], [2, 2, 1])[0]
        of = {"product": "gold", "category": "loans", "everything": ""}[scope]
        who, said = self.chance.choice(self.people), self.desk.ledger.nevers
        back = who.customer_id in said and self.chance.random() < 0.8
        self.desk.say(who, scope, of, back=back)

    def _wait(self) -> None:
        """Wait a while, or until just before or just when a limit frees or a decline is too old."""
        marks = [one.frees_at_ms for one in self.desk.hits[-5:] if one.frees_at_ms is not None]
        kept_ms = self.desk.settings.cool_down.declines_kept_ms
        declines = [row.at_ms for row in self.desk.rows[-20:] if row.event == "declined"]
        if self.chance.random() < 0.2:
            marks += [at_ms + kept_ms for at_ms in declines if kept_ms < MONTH]
        if marks and self.chance.random() < 0.5:
            self.desk.wait(self.chance.choice(marks) - self.chance.choice([0, 1]))
        else:
            self.desk.wait(self.desk.now_ms + self.chance.choice(STEPS_MS))
