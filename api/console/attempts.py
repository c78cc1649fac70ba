"""Doing what a form asks for, so that whatever was typed into it is never lost."""

from collections.abc import Awaitable, Callable, Sequence

from fastapi import Response

from api.console import problem_errors
from api.console.forms import FormError
from api.problems import Problem
from api.services import Services
from storage.errors import NotFoundError
from storage.unit_of_work import UnitOfWork, transact

Work = Callable[[UnitOfWork], Awaitable[None]]
Again = Callable[[Sequence[FormError], int], Awaitable[Response]]
"""Shows the page of a form once more: with what is wrong, under a status."""


async def attempt(
    services: Services,
    work: Work,
    *,
    locale: str,
    element: str,
    again: Again,
    gone: Callable[[], Response],
) -> Response | None:
    """Do some work in one transaction; return nothing once it is done, or the page that says why it is not.

    Args:
        services: the application's.
        work: what is done. It may raise NotFoundError and Problem.
        locale: in which what is wrong is told.
        element: where on the page what is wrong with no field in particular is told.
        again: makes the page for a problem that can be put right there; another problem is raised on.
        gone: makes the page for what is not there, or not the visitor's, any more.
    """
    try:
        await transact(services.unit_of_work, work)
    except NotFoundError:
        return gone()
    except Problem as problem:
        errors = problem_errors.told(problem, locale, element=element)
        return await again(errors, problem.status)
    return None
