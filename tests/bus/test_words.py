from __future__ import annotations

import pytest

from bus.faults import Fault
from bus.offer_words import OFFER_CHINESE, OFFER_ENGLISH
from bus.words import CHINESE, ENGLISH, Language, gate_sentence, sentence
from contacts.vocabulary import (
    FatigueRule,
    Refusal,
    Rejection,
    SuppressionReason,
    Unqualified,
)
from marketing.barriers import Barrier

CODES = [*Rejection, *Refusal, *Fault]


def test_every_code_has_words_in_both_languages_and_no_words_are_left_over() -> None:
    assert len(CODES) == len(set(CODES))
    assert set(ENGLISH) == set(CHINESE) == set(CODES)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize(("language", "end"), [("en", "."), ("zh-CN", "。")])
def test_the_words_are_a_sentence_with_the_value_in_it(
    code: str, language: Language, end: str
) -> None:
    words = sentence(code, "{x}-7", language=language)
    assert words.endswith(end)
    assert ("{x}-7" in words) == ("{detail}" in ENGLISH[code])


def test_both_languages_name_the_same_values() -> None:
    for code in CODES:
        for value in ("{detail}", "{have}"):
            assert (value in ENGLISH[code]) == (value in CHINESE[code]), code


def test_what_the_engine_has_is_told() -> None:
    assert sentence("revision_stale", "3", "5").endswith("present one, 5.")
    assert sentence("agent_has_contacts", "anna", "2").endswith("(At present: 2.)")
    assert sentence("agent_has_contacts", "anna", "2", "zh-CN").endswith("(当前:2。)")


def test_a_code_of_a_later_version_is_given_as_it_is() -> None:
    assert sentence("moon_full", "c1") == "moon_full: c1"
    assert sentence("moon_full") == "moon_full"


def test_everything_that_bars_products_has_words_in_both_languages() -> None:
    codes = {"catalogue_missing", "catalogue_empty", "not_in_catalogue"}
    codes |= set(SuppressionReason) | set(Unqualified) | set(Barrier)
    codes |= {f"limit_{rule}" for rule in FatigueRule}
    assert set(OFFER_ENGLISH) == set(OFFER_CHINESE) == {str(code) for code in codes}
    assert gate_sentence(False, "products_opted_out", 0, 3) == (
        "0 waiting, 3 idle: serving (the customer has opted out)"
    )
