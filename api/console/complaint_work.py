"""What an officer does with one complaint by a form of its page, from the form to the next page."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from fastapi import Request, Response

from api.console.attempts import Work, attempt
from api.console.complaint_showing import Typed, show
from api.console.complaint_texts import TEXTS
from api.console.complaints import LIST
from api.console.forms import FormError
from api.console.frame import Posting, page, see_other
from api.dependencies import AllServices
from auth.principals import Officer
from storage.dossiers.working_days import WorkingCalendar


class ComplaintWork:
    """One complaint before one officer, who sent a form."""

    def __init__(self, request: Request, visitor: Posting, services: AllServices, complaint_id: UUID) -> None:
        self._request, self._visitor, self._services = request, visitor, services
        self.id = complaint_id

    @property
    def officer(self) -> Officer:
        """Who sent the form."""
        return self._visitor.officer

    @property
    def calendar(self) -> WorkingCalendar:
        """By which the law's working days are counted."""
        return self._services.calendar

    @property
    def link(self) -> str:
        """What opens the complaint in its sender's app."""
        return self._services.settings.notify.complaint_link(self.id)

    async def do(
        self, work: Work, typed: Typed, *, done: str, element: str, field: str = "text", leave: bool = False
    ) -> Response:
        """Do it, and go on to the page as it then is; or show the form again, with what is wrong.

        Args:
            work: what is done.
            typed: what stood in the forms, for nothing of it to be lost.
            done: the word for what was done.
            element: where on the page what is wrong with no field in particular is told.
            field: the element of what the service calls `text`.
            leave: whether to go on to the list, as the complaint may not be the officer's any more.
        """

        def gone() -> Response:
            # It may have been sent on a moment ago: what somebody wrote is given back to them.
            return page(
                self._request,
                self._visitor,
                "complaint_gone.html",
                texts=TEXTS,
                status=404,
                kept=typed.written,
                list=LIST,
            )

        async def again(errors: Sequence[FormError], status: int) -> Response:
            placed = [replace(one, id=field) if one.id == "text" else one for one in errors]
            return await show(
                self._request, self._visitor, self._services, self.id, typed, errors=placed, status=status
            )

        refused = await attempt(
            self._services, work, locale=self._visitor.locale, element=element, again=again, gone=gone
        )
        return refused or see_other(LIST if leave else f"{LIST}/{self.id}", done=done)
