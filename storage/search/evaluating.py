"""How well a catalogue answers questions whose answers are known. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from storage.search.catalogue import Answer, Catalogue
from storage.search.facts import Facts, Sieve

DEPTH = 50
"""How far down the right one is looked for; what stands below counts as not found."""
FOLLOW_UP = "followup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question with the short codes that answer it.

    Attributes:
        turns: what was said one after the other, where more than this was said; all of it is asked as one.
    """

    query: str
    codes: frozenset[str]
    style: str = ""
    turns: tuple[str, ...] = ()

    @property
    def stands_alone(self) -> bool:
        """Whether nothing that was said before is needed to understand it."""
        return self.style != FOLLOW_UP and not self.turns

    @property
    def text(self) -> str:
        """All that was said."""
        return "\n".join(self.turns) or self.query


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What came of a question.

    Attributes:
        rank: of the first that is right, or has a variant that is, from 1; none where that is too far down.
        strict_rank: of the first that is right itself.
        got: what came first.
    """

    asked: Asked
    rank: int | None
    strict_rank: int | None
    got: Sequence[Facts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Shares of questions, from 0 to 1; `mrr` is the mean of one by the rank (Voorhees 1999)."""

    count: int
    recall_at_1: float
    recall_at_5: float
    recall_at_10: float
    mrr: float
    recall_at_1_strict: float
    recall_at_5_strict: float
    recall_at_10_strict: float
    mrr_strict: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """How well a catalogue answers.

    Attributes:
        alone: the score of all questions that stand alone; `by_style`: of each style of them.
        follow_ups: the score of the others.
        not_there: questions of which no right answer is in the catalogue; they count as any other.
        judged: every question, in order.
    """

    alone: Score
    by_style: dict[str, Score]
    follow_ups: Score
    not_there: int
    judged: Sequence[Judged]

    @property
    def failures(self) -> list[Judged]:
        """The questions whose right answer did not come first."""
        return [one for one in self.judged if one.rank != 1]


def evaluate(
    catalogue: Catalogue, questions: Iterable[Asked], done: Callable[[int], object] = lambda _: None
) -> Evaluation:
    """Ask all questions; `done` is told how many have been asked."""
    judged = []
    for number, asked in enumerate(questions, start=1):
        judged.append(_judged(asked, catalogue.ask(asked.text, Sieve(), count=DEPTH)))
        done(number)
    alone = [one for one in judged if one.asked.stands_alone]
    by_style = defaultdict(list)
    for one in alone:
        by_style[one.asked.style].append(one)
    return Evaluation(
        alone=_score(alone),
        by_style={style: _score(of_style) for style, of_style in sorted(by_style.items())},
        follow_ups=_score([one for one in judged if not one.asked.stands_alone]),
        not_there=sum(not any(map(catalogue.facts, one.asked.codes)) for one in judged),
        judged=judged,
    )


def _judged(asked: Asked, answer: Answer) -> Judged:
    strict = [found.facts.code in asked.codes for found in answer.found]
    folded = [
        found.facts.code in asked.codes or any(facts.code in asked.codes for facts in found.variants)
        for found in answer.found
    ]
    return Judged(
        asked=asked,
        rank=_first(folded),
        strict_rank=_first(strict),
        got=[found.facts for found in answer.found[:5]],
    )


def _first(right: Sequence[bool]) -> int | None:
    return right.index(True) + 1 if True in right else None


def _score(judged: Sequence[Judged]) -> Score:
    ranks, strict = [one.rank for one in judged], [one.strict_rank for one in judged]
    return Score(
        count=len(judged),
        recall_at_1=_recall(ranks, 1),
        recall_at_5=_recall(ranks, 5),
        recall_at_10=_recall(ranks, 10),
        mrr=_mrr(ranks),
        recall_at_1_strict=_recall(strict, 1),
        recall_at_5_strict=_recall(strict, 5),
        recall_at_10_strict=_recall(strict, 10),
        mrr_strict=_mrr(strict),
    )


def _recall(ranks: Sequence[int | None], most: int) -> float:
    return fmean(rank is not None and rank <= most for rank in ranks) if ranks else 0.0


def _mrr(ranks: Sequence[int | None]) -> float:
    return fmean(1 / rank if rank else 0.0 for rank in ranks) if ranks else 0.0
