"""What both styles answer alike: each service by its name, its data in, a list out."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from infra.sandbox.portal.codes import INVALID, NO_SERVICE, TOO_MANY, WORDS, PortalRefusal
from infra.sandbox.portal.lists import LISTS
from infra.sandbox.portal.rules import MOST_PROGRESS
from infra.sandbox.portal.store import Store
from infra.sandbox.portal.wording import read_date

MOST_DOSSIERS = 1
MOST_OPINIONS = 1
OPINIONS = {"DongBoHoiDap": "question", "DongBoPhanAnhKienNghi": "complaint", "DongBoDanhGia": "rating"}
"""Services of our own choice: nothing public tells of them."""


class Outcome(NamedTuple):
    """What a service has to say.

    Attributes:
        found: what was asked for, or what became of each record that was reported.
        total: how many there are in all, of what comes by pages.
        code: of the first record that was refused; None for success.
    """

    found: list[dict[str, Any]]
    total: int | None = None
    code: str | None = None


class Services:
    """Each takes the data of a call, and raises PortalRefusal."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._page = 1

    def find(self, data: Mapping[str, Any], *, repeat: bool = False) -> Outcome:
        """Answer with a dossier by its code, or with those that changed in a window, by pages."""
        if "mahoso" in data:
            return Outcome([self._store.dossier(data["mahoso"])])
        if not self._store.rules.window:
            raise PortalRefusal(NO_SERVICE)
        since, until = _moment(data, "tungay"), _moment(data, "denngay")
        return self._paged(self._store.changed(since, until), data, repeat=repeat)

    def list_procedures(self, data: Mapping[str, Any], *, repeat: bool = False) -> Outcome:
        """Answer with all procedures; by pages where one is asked for."""
        listed = self._store.listed()
        return self._paged(listed, data, repeat=repeat) if "trang" in data else Outcome(listed, len(listed))

    def share(self, service: str, data: Mapping[str, Any], *, repeat: bool = False) -> Outcome:
        """Answer with a list of units or of agencies; by pages where one is asked for."""
        listed = list(self._store.shared[LISTS[service]])
        if "trang" in data:
            return self._paged(listed, data, repeat=repeat)
        return Outcome(listed, len(listed) if self._store.rules.totals else None)

    def procedure(self, data: Mapping[str, Any]) -> Outcome:
        """Answer with one procedure."""
        return Outcome([self._store.procedure(data.get("maTTHC"))])

    def report(self, records: Any, *, updating: bool) -> Outcome:
        """Take a dossier in."""
        return _each(records, MOST_DOSSIERS, lambda one: self._store.report(one, updating=updating))

    def report_steps(self, records: Any) -> Outcome:
        """Take steps of progress in."""
        return _each(records, MOST_PROGRESS, self._store.report_step)

    def report_opinion(self, service: str, records: Any) -> Outcome:
        """Take a question, a complaint or the ratings of a month in."""
        kind = OPINIONS[service]
        return _each(records, MOST_OPINIONS, lambda one: self._store.report_opinion(kind, one))

    def _paged(self, found: list[dict[str, Any]], data: Mapping[str, Any], *, repeat: bool) -> Outcome:
        try:
            number, size = int(data.get("trang", 1)), int(data.get("sodong", self._store.rules.page))
        except (TypeError, ValueError) as error:
            raise PortalRefusal(INVALID, "trang") from error
        size = min(size, self._store.rules.page)
        if number < 1 or size < 1:
            raise PortalRefusal(INVALID, "trang")
        shown = self._page if repeat else number
        self._page = shown
        total = len(found) if self._store.rules.totals else None
        return Outcome(found[(shown - 1) * size : shown * size], total)


def _each(records: Any, most: int, take: Callable[[Any], None]) -> Outcome:
    listed = records if isinstance(records, list) else [records]
    if not 0 < len(listed) <= most:
        raise PortalRefusal(TOO_MANY)
    told, first = [], None
    for record in listed:
        code, words = None, ""
        try:
            take(record)
        except PortalRefusal as refusal:
            code, words = refusal.code, str(refusal)
        first = first or code
        name = record.get("MaHoSo") if isinstance(record, dict) else None
        told.append({"MaHoSo": name, "code": code, "words": words or WORDS.get(code or "", "")})
    return Outcome(told, code=first)


def _moment(data: Mapping[str, Any], name: str) -> dt.datetime:
    try:
        return read_date(str(data.get(name, "")))
    except ValueError as error:
        raise PortalRefusal(INVALID, name) from error
