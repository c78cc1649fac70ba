"""What taking a paper in needs of whichever process does it."""

from typing import Protocol

from api.settings import Settings
from storage.papers.notary import Notary
from storage.papers.workshop import Workshop
from storage.seals.keys import SealKeys
from storage.unit_of_work import UnitOfWork
from storage.vault.blobs import Blobs


class Means(Protocol):
    """Parts of the web process, or of an operator's command."""

    @property
    def settings(self) -> Settings:
        """Where links lead, and who seals."""
        ...

    @property
    def blobs(self) -> Blobs:
        """Where files are put."""
        ...

    @property
    def workshop(self) -> Workshop:
        """Where files are opened."""
        ...

    @property
    def notary(self) -> Notary:
        """Who signs display copies."""
        ...

    @property
    def seal_keys(self) -> SealKeys:
        """What signs seals."""
        ...

    def unit_of_work(self) -> UnitOfWork:
        """A read-write transaction, not yet begun."""
        ...
