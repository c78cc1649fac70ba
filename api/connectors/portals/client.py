"""A portal over HTTP, of either style."""

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from api.connectors.dialect import PortalDialect
from api.connectors.portals.calls import Calls
from api.connectors.portals.deployment import AnyDeployment, Offer, Service, SessionDeployment
from api.connectors.portals.gate import Gate, Pace
from api.connectors.portals.outcomes import Meaning, Understood, of_reports, says_each
from api.connectors.portals.paging import Place, check_page, page_of
from api.connectors.portals.port import (
    NotLetInError,
    NotOfferedError,
    Outcome,
    Page,
    Portal,
    Record,
    Reported,
    UnavailableError,
)
from api.connectors.portals.session import SessionStyle
from api.connectors.portals.style import Call, Style
from api.connectors.portals.token import TokenStyle
from api.connectors.portals.wire import SilenceError, Wire
from storage.portal_reports.kinds import OpinionKind

_OF_ONE = frozenset({Outcome.REFUSED, Outcome.MISSING})
"""What a portal says of a whole call when one step of it is bad."""

_OPINIONS = {
    OpinionKind.QUESTION: Service.QUESTION,
    OpinionKind.COMPLAINT: Service.COMPLAINT,
    OpinionKind.RATING: Service.RATING,
}


class HttpPortal:
    """A `port.Portal`.

    Args:
        deployment: which one.
        calls: asks it.
    """

    def __init__(self, deployment: AnyDeployment, calls: Calls) -> None:
        self._deployment, self._calls = deployment, calls
        self._dialect = deployment.dialect.dialect

    @property
    def name(self) -> str:
        """Our name of it."""
        return self._deployment.name

    @property
    def dialect(self) -> PortalDialect:
        """How it writes records."""
        return self._dialect

    async def dossier(self, code: str) -> Record | None:
        """Look a dossier up. Raises PortalError."""
        self._require(Offer.DOSSIER)
        return await self._one(Service.FIND, self._deployment.query.dossier, code, field="MaHoSo")

    async def changed(self, since: datetime, until: datetime, cursor: str | None = None) -> Page:
        """Read a page of the dossiers that changed. Raises PortalError; ValueError for a foreign cursor."""
        self._require(Offer.CHANGED)
        names, overlap = self._deployment.query, self._deployment.overlap
        window = {
            names.since: self._dialect.write_time(since - overlap),
            names.until: self._dialect.write_time(until + overlap),
        }
        return await self._page(Service.FIND, window, cursor, self._deployment.page_size)

    async def procedures(self, cursor: str | None = None) -> Page:
        """Read a page of procedures. Raises PortalError; ValueError for a foreign cursor."""
        self._require(Offer.PROCEDURES)
        size = self._deployment.page_size if self._deployment.procedure_pages else None
        return await self._page(Service.PROCEDURES, {}, cursor, size)

    async def procedure(self, code: str) -> Record | None:
        """Read a procedure. Raises PortalError."""
        self._require(Offer.PROCEDURE)
        theirs = self._deployment.records.procedures.get(code, code)
        return await self._one(Service.PROCEDURE, self._deployment.query.procedure, theirs)

    async def units(self, cursor: str | None = None) -> Page:
        """Read a page of units. Raises PortalError; ValueError for a foreign cursor."""
        self._require(Offer.UNITS)
        return await self._page(Service.UNITS, {}, cursor, self._deployment.list_size)

    async def agencies(self, cursor: str | None = None) -> Page:
        """Read a page of agencies. Raises PortalError; ValueError for a foreign cursor."""
        self._require(Offer.AGENCIES)
        return await self._page(Service.AGENCIES, {}, cursor, self._deployment.list_size)

    async def progress(self, code: str) -> Sequence[Record]:
        """Read a dossier's steps of progress. Raises PortalError."""
        self._require(Offer.PROGRESS)
        steps = (await self.dossier(code) or {}).get(self._deployment.progress_field)
        return [step for step in steps if isinstance(step, Mapping)] if isinstance(steps, list) else []

    async def report_dossier(self, record: Record, *, updating: bool) -> Reported:
        """Send a dossier once. Raises NotLetInError and NotOfferedError."""
        self._require(Offer.REPORT_DOSSIER)
        (reported,), _ = await self._report(Service.UPDATE if updating else Service.REPORT, [record])
        return reported

    async def report_progress(self, records: Sequence[Record]) -> list[Reported]:
        """Send steps of progress. Raises NotLetInError and NotOfferedError."""
        self._require(Offer.REPORT_PROGRESS)
        size, reported = self._deployment.chunk, list[Reported]()
        waiting = deque(records[start : start + size] for start in range(0, len(records), size))
        while waiting:
            chunk = waiting.popleft()
            try:
                outcomes, each = await self._report(Service.PROGRESS, chunk)
            except NotLetInError as error:
                if not reported:
                    raise
                # What came of those before must not be forgotten; the next call says what is wrong.
                left = Reported(outcome=Outcome.RETRYABLE, answer=error.answer)
                return reported + [left] * (len(records) - len(reported))
            if not each and len(chunk) > 1 and outcomes[0].outcome in _OF_ONE:
                # One bad step must not hold up the others, and which one it is was not said.
                waiting.extendleft([record] for record in reversed(chunk))
            else:
                reported += outcomes
        return reported

    async def report_opinion(self, kind: OpinionKind, record: Record) -> Reported:
        """Send a question, a complaint or ratings once. Raises NotLetInError and NotOfferedError."""
        self._require(Offer.REPORT_OPINIONS)
        (reported,), _ = await self._report(_OPINIONS[kind], [record])
        return reported

    async def close(self) -> None:
        """Let go of connections."""
        await self._calls.close()

    async def _report(self, service: Service, records: Sequence[Record]) -> tuple[list[Reported], bool]:
        """Return an outcome for each record, and whether the portal told them apart."""
        try:
            understood = await self._calls.send(Call(service=service, data=list(records)))
        except SilenceError as error:
            outcome = Outcome.UNKNOWN if error.sent else Outcome.RETRYABLE
            return [Reported(outcome=outcome, retry_after=error.retry_after)] * len(records), False
        except UnavailableError as error:
            known = Reported(outcome=Outcome.RETRYABLE, answer=error.answer, retry_after=error.retry_after)
            return [known] * len(records), False
        names, rules = self._deployment.answer, self._deployment.answers
        return of_reports(understood, records, names, rules), says_each(understood, names)

    async def _page(
        self, service: Service, data: Mapping[str, Any], cursor: str | None, size: int | None
    ) -> Page:
        place, names = Place.read(cursor), self._deployment.query
        paged = data if size is None else {**data, names.page: place.page, names.size: size}
        understood = await self._calls.read(
            Call(service=service, data=paged), lambda found: check_page(found, place, size)
        )
        return page_of(understood, place, size)

    async def _one(
        self, service: Service, name: str, code: str, *, field: str | None = None
    ) -> Record | None:
        """Return the one record that is asked for by a code, which stands in a field of it."""

        def check(understood: Understood) -> None:
            if (
                understood.meaning is Meaning.DONE
                and understood.found
                and _chosen(understood, field, code) is None
            ):
                raise UnavailableError("something else was found than what was asked for")

        return _chosen(await self._calls.read(Call(service=service, data={name: code}), check), field, code)

    def _require(self, offer: Offer) -> None:
        if offer not in self._deployment.offers:
            raise NotOfferedError(f"{self._deployment.name} does not offer {offer}")


def open_portal(deployment: AnyDeployment) -> Portal:
    """Return a deployment's portal, not yet connected."""
    wire = Wire(timeout=deployment.timeout_seconds)
    gate = Gate(deployment.name, wire, Pace(deployment.rate))
    return HttpPortal(deployment, Calls(deployment, style_of(deployment), gate))


def style_of(deployment: AnyDeployment) -> Style:
    """Return how a deployment is spoken to."""
    if isinstance(deployment, SessionDeployment):
        return SessionStyle(deployment)
    return TokenStyle(deployment)


def _chosen(understood: Understood, field: str | None, code: str) -> Record | None:
    """Return the first record found; with a field, the first that bears the code there."""
    records = (one for one in understood.found if isinstance(one, Mapping))
    return next((one for one in records if field is None or _same_code(one.get(field), code)), None)


def _same_code(theirs: object, ours: str) -> bool:
    return str(theirs).strip().upper() == ours.strip().upper()
