"""Problems of a form as its own page tells them, with what was typed still in it."""

from collections.abc import Sequence

from api.console.forms import FormError, form_errors
from api.problem_texts import DETAILS, word
from api.problems import Problem

CONFLICT, UNPROCESSABLE = 409, 422


def told(problem: Problem, locale: str, *, element: str) -> Sequence[FormError]:
    """Word a problem for its form; what is wrong with no field in particular is told at an element.

    Raises the problem again where it is for a page of its own.
    """
    if problem.status == CONFLICT:
        return [FormError(id=element, text=word(DETAILS, problem.kind, locale, problem.params))]
    if problem.status == UNPROCESSABLE and problem.errors:
        return form_errors(problem.errors, locale)
    raise problem
