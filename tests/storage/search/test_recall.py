"""How well citizens' real questions are answered by the real catalogue, where both stand beside the checkout."""

import gzip
import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest

from storage.procedures.formats import national
from storage.search.catalogue import Catalogue
from storage.search.evaluating import Asked, evaluate
from storage.search.lexicon import lexicon

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
CATALOGUE, QUESTIONS = DATA / "procedures.jsonl.gz", DATA / "queries.jsonl"
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


@pytest.mark.parametrize("kept_aside", [True, False], ids=["kept aside", "the rest"])
def test_real_questions_are_answered(catalogue, kept_aside):
    """Of the third that was kept aside while the table was written, and of the rest, so many are right at once."""
    with QUESTIONS.open(encoding="utf-8") as lines:
        given = [json.loads(line) for line in lines]
    questions = [
        Asked(
            query=one["query"],
            codes=frozenset(one["expected_codes"]),
            style=one["style"],
            turns=tuple(one.get("turns", ())),
        )
        for one in given
        if (hashlib.sha256(one["id"].encode()).digest()[0] % 3 == 0) is kept_aside
    ]
    score = evaluate(catalogue, questions).alone
    print(f"{score.count} questions: {score.recall_at_1:.3f} at 1, {score.recall_at_5:.3f} at 5")  # noqa: T201
    assert score.count > 100
    assert score.recall_at_1 >= FLOOR_AT_1
    assert score.recall_at_5 >= FLOOR_AT_5
