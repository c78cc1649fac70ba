"""Puts the stand-in for VNForm together."""

from starlette.routing import Route

from infra.sandbox.faults import Faults
from infra.sandbox.vnform.api import Api
from infra.sandbox.vnform.page import Page
from infra.sandbox.vnform.shelf import Shelf


def routes(*, faults: Faults, public_url: str) -> list[Route]:
    """Return the routes, with full paths."""
    shelf = Shelf()
    return [*Api(shelf=shelf, faults=faults, public_url=public_url).routes(), *Page(shelf=shelf).routes()]
