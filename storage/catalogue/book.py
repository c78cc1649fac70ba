"""The catalogue in force, as this process knows it."""

from storage.catalogue.building import build_beside
from storage.catalogue.edition import Edition, Stamp, stamp_in_force
from storage.following import Follower, NotReady
from storage.unit_of_work import Reading


class CatalogueNotReady(NotReady):
    """The process has just begun, and has not read the catalogue yet."""


class CatalogueBook(Follower[Edition, Stamp]):
    """Follows catalogue and units of the database, whose next edition is made ready by another process."""

    name = "catalogue"
    not_ready = CatalogueNotReady

    async def _stamp_in_force(self, reading: Reading) -> Stamp:
        return await stamp_in_force(reading)

    async def _make(self, _: Stamp) -> Edition:
        return await build_beside(self._settings)
