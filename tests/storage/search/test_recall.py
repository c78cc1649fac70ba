"""How well citizens' real questions are answered by the real catalogue, where both stand beside the checkout."""

import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.procedures.formats import national
from storage.search.catalogue import Catalogue
from storage.search.evaluating import Asked, Score, evaluate
from storage.search.lexicon import lexicon

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
CATALOGUE, QUESTIONS = DATA / "procedures.jsonl.gz", DATA / "queries.jsonl"
OWN = Path(__file__).parent / "questions.jsonl"
FLOOR_AT_1, FLOOR_AT_5 = 0.50, 0.75

pytestmark = pytest.mark.skipif(
    not (CATALOGUE.is_file() and QUESTIONS.is_file()),
    reason="the real catalogue and questions are not beside the checkout (../shared/data)",
)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The real one."""
    with gzip.open(CATALOGUE, "rt", encoding="utf-8") as lines:
        applied: Counter = Counter()
        return Catalogue((national.read(json.loads(line), applied) for line in lines), lexicon(), version=1)


def questions(file: Path) -> Iterator[tuple[str, Asked]]:
    """Yield what was asked, with its id."""
    with file.open(encoding="utf-8") as lines:
        for one in map(json.loads, lines):
            codes = frozenset(one.get("expected_codes") or one["codes"])
            turns = tuple(one.get("turns", ()))
            yield one.get("id", ""), Asked(query=one["query"], codes=codes, style=one["style"], turns=turns)


def require(score: Score, count: int) -> None:
    print(f"{score.count} questions: {score.recall_at_1:.3f} at 1, {score.recall_at_5:.3f} at 5")  # noqa: T201
    assert score.count > count
    assert score.recall_at_1 >= FLOOR_AT_1
    assert score.recall_at_5 >= FLOOR_AT_5


@pytest.mark.parametrize("kept_aside", [True, False], ids=["kept aside", "the rest"])
def test_real_questions_are_answered(catalogue, kept_aside):
    """Of the third that was kept aside while the table was written, and of the rest, so many are right at once."""
    asked = [
        one
        for number, one in questions(QUESTIONS)
        if (hashlib.sha256(number.encode()).digest()[0] % 3 == 0) is kept_aside
    ]
    require(evaluate(catalogue, asked).alone, 100)


def test_questions_of_our_own_are_answered(catalogue):
    """So are those for procedures drawn by lot, in words that were chosen before the ranking was."""
    require(evaluate(catalogue, [one for _, one in questions(OWN)]).alone, 90)
