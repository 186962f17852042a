"""Reactions: what they mean, repeats, corrections, and reactions to what was never presented."""

from __future__ import annotations

import pytest

from config.base import DAY_MS
from config.marketing import MarketingSettings
from contacts.vocabulary import FatigueRule, FollowUp, NeverScope, ReactionKind, Rejection
from marketing.ledger import apply
from marketing.ledger_changes import (
    AnyLedgerChange,
    FatigueCounted,
    ReactionNoted,
    RoundReleased,
    Suppressed,
    SuppressionLifted,
)
from marketing.reactions import MEANING, Reaction, follow_ups, labels, react
from tests.support.rounds_desk import ANNA, BEN, BLUE, CAR, GOLD, Desk

K = ReactionKind
UNLIMITED = MarketingSettings(limits=[], rounds_per_contact=20)


def said(kind: ReactionKind, product: str = "gold", contact: str = "k1", **more: str) -> Reaction:
    return Reaction(
        customer_id="anna", contact_id=contact, product_id=product, kind=kind, agent_id="a", **more
    )


def do(desk: Desk, reaction: Reaction, now_ms: int) -> tuple[AnyLedgerChange, ...]:
    changes = react(desk.ledger, desk.settings, reaction, now_ms)
    assert not isinstance(changes, Rejection)
    for change in changes:
        apply(desk.ledger, change)
    return changes


@pytest.fixture
def desk() -> Desk:
    one = Desk(UNLIMITED)
    one.present(ANNA, "k1", 0, GOLD, CAR)
    return one


def test_every_reaction_has_a_meaning() -> None:
    assert set(MEANING) == set(K)
    assert {kind for kind, one in MEANING.items() if one.label == 1} == {K.ACCEPTED}
    assert {kind for kind, one in MEANING.items() if not one.counts} == {K.NOT_PRESENTED}


def test_a_reaction_is_noted_with_who_said_so(desk: Desk) -> None:
    (noted,) = do(desk, said(K.ACCEPTED, reason="travels"), 10)
    assert isinstance(noted, ReactionNoted)
    assert (noted.kind, noted.previous, noted.agent_id, noted.reason) == (
        K.ACCEPTED,
        None,
        "a",
        "travels",
    )
    assert labels(noted) == (None, 1)
    assert follow_ups(noted) == (None, FollowUp.VERIFICATION_CALL)


@pytest.mark.parametrize("kind", K)
def test_the_same_again_changes_nothing(desk: Desk, kind: ReactionKind) -> None:
    assert do(desk, said(kind), 10)
    assert do(desk, said(kind), 20) == ()


NOT_PRESENTED = [
    said(K.DECLINED, "blue"),
    said(K.DECLINED, "nonsense"),
    said(K.DECLINED, contact="k2"),
    Reaction(customer_id="ben", contact_id="k1", product_id="gold", kind=K.DECLINED),
    Reaction(customer_id="nobody", contact_id="k1", product_id="gold", kind=K.NOT_PRESENTED),
]


@pytest.mark.parametrize("reaction", NOT_PRESENTED)
def test_a_reaction_to_what_was_not_presented_is_refused(desk: Desk, reaction: Reaction) -> None:
    answer = react(desk.ledger, desk.settings, reaction, 10)
    assert answer is Rejection.PRODUCT_NOT_PRESENTED


def test_what_was_only_selected_was_not_presented(desk: Desk) -> None:
    desk.reserve(ANNA, "k3", 5, BLUE)
    answer = react(desk.ledger, desk.settings, said(K.ACCEPTED, "blue", "k3"), 10)
    assert answer is Rejection.PRODUCT_NOT_PRESENTED


def test_a_reaction_after_the_round_is_forgotten_is_refused(desk: Desk) -> None:
    desk.ledger.forget(365 * DAY_MS)
    answer = react(desk.ledger, desk.settings, said(K.ACCEPTED), 365 * DAY_MS)
    assert answer is Rejection.PRODUCT_NOT_PRESENTED


def test_not_presented_does_not_count_and_can_be_corrected(desk: Desk) -> None:
    changes = do(desk, said(K.NOT_PRESENTED), 10)
    assert [type(one) for one in changes] == [ReactionNoted, RoundReleased]
    do(desk, said(K.NOT_PRESENTED, "car"), 11)
    assert desk.ledger.rounds["r1"].counts_at_ms is None
    restored, noted = do(desk, said(K.DECLINED), 20)
    assert isinstance(restored, FatigueCounted)
    assert (restored.restored, restored.at_ms) == (True, 0)
    assert isinstance(noted, ReactionNoted)
    assert noted.previous is K.NOT_PRESENTED
    assert labels(noted) == (None, 0)
    assert desk.ledger.rounds["r1"].counts_at_ms == 0


def test_a_correction_undoes_what_the_first_meant(desk: Desk) -> None:
    do(desk, said(K.NEVER_AGAIN, scope=NeverScope.CATEGORY), 10)
    assert desk.hit(ANNA, BLUE, 11).rule is FatigueRule.NEVER
    lifted, noted = do(desk, said(K.ACCEPTED), 20)
    assert isinstance(lifted, SuppressionLifted)
    assert isinstance(noted, ReactionNoted)
    assert labels(noted) == (0, 1)
    assert desk.ledger.nevers == {}
    assert desk.hit(ANNA, BLUE, 21) is None
    (noted,) = do(desk, said(K.INTERESTED), 30)
    assert isinstance(noted, ReactionNoted)
    assert labels(noted) == (1, None)
    assert follow_ups(noted) == (FollowUp.VERIFICATION_CALL, FollowUp.FOLLOW_UP)


def test_another_scope_is_a_correction(desk: Desk) -> None:
    do(desk, said(K.NEVER_AGAIN), 10)
    changes = do(desk, said(K.NEVER_AGAIN, scope=NeverScope.EVERYTHING), 20)
    assert [type(one) for one in changes] == [SuppressionLifted, ReactionNoted, Suppressed]
    assert [one.scope for one in desk.ledger.nevers["anna"]] == [NeverScope.EVERYTHING]
    assert desk.hit(ANNA, CAR, 21).rule is FatigueRule.NEVER


def test_never_is_for_the_customer_who_said_it(desk: Desk) -> None:
    do(desk, said(K.NEVER_AGAIN), 10)
    assert desk.hit(ANNA, GOLD, 10 * 365 * DAY_MS).rule is FatigueRule.NEVER
    assert desk.hit(BEN, GOLD, 10 * 365 * DAY_MS) is None


def test_declining_begins_a_cool_down_of_the_product_and_its_category(desk: Desk) -> None:
    do(desk, said(K.DECLINED), DAY_MS)
    product, category = desk.hit(ANNA, GOLD, DAY_MS), desk.hit(ANNA, BLUE, DAY_MS)
    assert (product.rule, product.frees_at_ms) == (FatigueRule.DECLINED, 91 * DAY_MS)
    assert (category.of, category.frees_at_ms) == ("cards", 31 * DAY_MS)
    assert desk.hit(ANNA, CAR, DAY_MS) is None
    assert desk.hit(BEN, GOLD, DAY_MS) is None
    assert desk.hit(ANNA, BLUE, 31 * DAY_MS) is None


def test_declining_twice_makes_it_longer(desk: Desk) -> None:
    do(desk, said(K.DECLINED), 0)
    desk.present(ANNA, "k2", 100 * DAY_MS, GOLD)
    do(desk, said(K.DECLINED, contact="k2"), 100 * DAY_MS)
    hit = desk.hit(ANNA, GOLD, 101 * DAY_MS)
    assert (hit.count, hit.frees_at_ms) == (2, 465 * DAY_MS)
    assert desk.hit(ANNA, BLUE, 101 * DAY_MS).frees_at_ms == 280 * DAY_MS
    desk.ledger.forget(464 * DAY_MS)
    assert desk.hit(ANNA, GOLD, 465 * DAY_MS - 1) == hit


def test_two_declines_in_one_round_are_one_occasion() -> None:
    desk = Desk(UNLIMITED)
    desk.present(ANNA, "k1", 0, GOLD, BLUE)
    do(desk, said(K.DECLINED), 1)
    do(desk, said(K.DECLINED, "blue"), 2)
    other = desk.hit(ANNA, BLUE, 3)
    assert (other.count, other.of) == (1, "blue")
    assert desk.hit(ANNA, GOLD, 40 * DAY_MS).of == "gold"


def test_a_corrected_decline_cools_nothing_down(desk: Desk) -> None:
    do(desk, said(K.DECLINED), 1)
    do(desk, said(K.INTERESTED), 2)
    assert desk.hit(ANNA, GOLD, 3) is None


def test_not_now_is_for_the_product_and_short(desk: Desk) -> None:
    do(desk, said(K.NOT_NOW), 0)
    hit = desk.hit(ANNA, GOLD, 1)
    assert (hit.rule, hit.frees_at_ms) == (FatigueRule.NOT_NOW, 14 * DAY_MS)
    assert desk.hit(ANNA, BLUE, 1) is None
    assert desk.hit(ANNA, GOLD, 14 * DAY_MS) is None
