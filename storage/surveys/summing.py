"""What was answered to a survey, in numbers."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from storage.surveys.forms import Form, Question, QuestionKind
from storage.surveys.kinds import FEWEST
from storage.unit_of_work import Reading

_COUNTS = """
SELECT (SELECT count(*) FROM survey_invitation WHERE survey_id = %(id)s),
  (SELECT count(*) FROM survey_answer WHERE survey_id = %(id)s)
"""
# A list counts for each of what was chosen, and once as an answer. Texts are counted, and not looked at.
_TALLY = """
SELECT e.key, c.choice, count(*) FROM survey_answer a
CROSS JOIN LATERAL jsonb_each(a.answers) AS e(key, value)
CROSS JOIN LATERAL (
  SELECT NULL::text AS choice
  UNION ALL SELECT jsonb_array_elements_text(e.value) WHERE jsonb_typeof(e.value) = 'array'
  UNION ALL SELECT e.value #>> '{}' WHERE e.key = ANY(%(scalars)s) AND jsonb_typeof(e.value) <> 'array'
) AS c
WHERE a.survey_id = %(id)s AND a.id BETWEEN %(first)s AND %(last)s
  AND coalesce(a.version = %(version)s, true)
GROUP BY e.key, c.choice
"""
AT_A_TIME = 50_000
"""About so many answers are counted by one transaction."""
_IDS = 2**128


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many were invited to a survey, and how many answers there are."""

    invited: int
    answers: int

    @property
    def few(self) -> bool:
        """Whether there are so few answers that nothing is told of them."""
        return self.answers < FEWEST


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionSum:
    """What was answered to one question.

    Attributes:
        answered: how many did; none where they are too few to be told.
        choices: how many chose each option, step, or `true` and `false`; none of texts, and of too few.
    """

    question: Question
    answered: int | None
    choices: Mapping[str, int] | None


async def counts(reading: Reading, survey_id: UUID) -> Counts:
    """Return how many were invited, and have answered."""
    row: Any = await (await (await reading.driver()).execute(_COUNTS, {"id": survey_id})).fetchone()
    return Counts(invited=row[0], answers=row[1])


async def summary(
    open_reading: Callable[[], Reading],
    survey_id: UUID,
    form: Form,
    *,
    version: int | None = None,
    at_a_time: int = AT_A_TIME,
) -> list[QuestionSum] | None:
    """Sum up the answers to the questions of a form; of fewer than `FEWEST`, in one or all, nothing is told.

    Args:
        open_reading: begins each of the transactions in which they are counted: none of them lasts.
        survey_id: of which survey.
        form: whose questions are told, whatever else was asked once.
        version: only answers to this one; to all, if not given.
        at_a_time: about how many are counted by one transaction.
    """
    async with open_reading() as reading:
        counted = await counts(reading, survey_id)
    if counted.few:
        return None
    scalars = [one.name for one in form.questions if one.kind is not QuestionKind.TEXT]
    tally: Counter[tuple[str, str | None]] = Counter()
    for first, last in _ranges(1 + counted.answers // at_a_time):
        given = {"id": survey_id, "version": version, "scalars": scalars, "first": first, "last": last}
        async with open_reading() as reading:
            rows: list[Any] = await (await (await reading.driver()).execute(_TALLY, given)).fetchall()
        for name, choice, count in rows:
            tally[name, choice] += count
    return [_summed(question, tally) for question in form.questions]


def _ranges(count: int) -> Iterator[tuple[UUID, UUID]]:
    """Yield so many ranges that are all ids together: as those are random, each holds about as many."""
    for place in range(count):
        yield UUID(int=_IDS * place // count), UUID(int=_IDS * (place + 1) // count - 1)


def _summed(question: Question, tally: Mapping[tuple[str, str | None], int]) -> QuestionSum:
    answered = tally.get((question.name, None), 0)
    if answered < FEWEST:
        return QuestionSum(question=question, answered=None, choices=None)
    choices = {choice: tally.get((question.name, choice), 0) for choice in _choices(question)}
    return QuestionSum(question=question, answered=answered, choices=choices or None)


def _choices(question: Question) -> list[str]:
    match question.kind:
        case QuestionKind.SCALE:
            return [str(step) for step in question.scale]
        case QuestionKind.YES_NO:
            return ["true", "false"]
        case _:
            return [option.code for option in question.options]
