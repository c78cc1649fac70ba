"""Whether a page is for whoever visits it. What may be seen on it is asked in each query."""

from api.console.frame import Visitor
from api.problems import Problem
from storage.officers.roles import Role


def require(visitor: Visitor, roles: frozenset[Role]) -> None:
    """Raise the problem `forbidden` where the visitor holds none of these roles for any agency."""
    if not visitor.held & roles:
        raise Problem("forbidden", 403)
