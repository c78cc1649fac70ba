"""Shares of right answers are counted as they are told to be."""

import pytest

from storage.search.catalogue import Catalogue
from storage.search.evaluating import Asked, evaluate
from storage.search.facts import Sieve
from storage.search.lexicon import lexicon
from tests.storage.search.examples import NAMES, procedure

BIRTH, DEATH, CARD, CARD_OF_PROVINCE = "1.000001", "1.000002", "1.000003", "1.000004"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """A procedure of each name: the third and the fourth are variants."""
    return Catalogue(
        [procedure(number, name) for number, name in enumerate(NAMES, start=1)], lexicon(), version=1
    )


def ask(query: str, *codes: str, **fields) -> Asked:
    return Asked(query=query, codes=frozenset(codes), **fields)


def test_ranks_are_counted(catalogue):
    """A first, a second and a missing answer make these shares; the bar hears of each question."""
    told: list[int] = []
    questions = [
        ask("đăng ký khai sinh", BIRTH),
        ask("đăng ký khai sinh", DEATH),
        ask("đăng ký khai sinh", "9.999999"),
    ]
    found = evaluate(catalogue, questions, told.append)
    assert [one.rank for one in found.judged] == [1, 2, None]
    assert found.alone.recall_at_1 == pytest.approx(1 / 3)
    assert found.alone.recall_at_5 == found.alone.recall_at_10 == pytest.approx(2 / 3)
    assert found.alone.mrr == pytest.approx((1 + 1 / 2 + 0) / 3)
    assert found.failures == found.judged[1:]
    assert found.not_there == 1
    assert told == [1, 2, 3]


def test_a_folded_variant_is_right_but_not_strictly(catalogue):
    """The variant counts in the figures that say so, and not in the strict ones."""
    lead = catalogue.ask("cấp lại thẻ căn cước", Sieve(), count=1).found[0].facts.code
    other = ({CARD, CARD_OF_PROVINCE} - {lead}).pop()
    found = evaluate(catalogue, [ask("cấp lại thẻ căn cước", other)])
    assert (found.alone.recall_at_1, found.alone.recall_at_1_strict) == (1.0, 0.0)
    assert found.failures == []


def test_follow_ups_are_told_apart(catalogue):
    """They count in no other figure, and all of their turns are asked."""
    questions = [
        ask("khai sinh", BIRTH, style="plain"),
        ask("mất bao lâu", BIRTH, style="followup", turns=("khai sinh", "mất bao lâu")),
        ask("khai tử", DEATH, style="plain", turns=("khai tử",)),
    ]
    found = evaluate(catalogue, questions)
    assert (found.alone.count, found.follow_ups.count) == (1, 2)
    assert found.follow_ups.recall_at_1 == 1.0
    assert {style: score.count for style, score in found.by_style.items()} == {"plain": 1}
