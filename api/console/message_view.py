"""A conversation as its page shows it, with an answer as it is being written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from uuid import UUID

from fastapi import Request, Response

from api.console import moments
from api.console.dossier_clock import clock_of
from api.console.forms import FormError
from api.console.frame import Visitor, page
from api.console.language import Locale
from api.console.messages_texts import TEXTS
from api.console.paths import HOME
from api.conversations.officer_service import Thread
from api.services import Services
from storage.answer_templates import repository as templates
from storage.answer_templates.blanks import fill
from storage.answer_templates.repository import Template
from storage.conversations.handling import Handled
from storage.dossiers.working_days import VIETNAM
from storage.ids import new_id
from storage.papers.kinds import MediaType
from storage.unit_of_work import UnitOfWork

QUEUE = f"{HOME}/messages"
PATH = f"{HOME}/dossiers/{{code}}/messages"
NOTHING_SEEN = UUID(int=0)
"""No message: whoever has seen none has none to settle."""
_KIB, _MIB = 1024, 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An answer as it is being written, and what is wrong with it.

    Attributes:
        form_id: by which it is sent once.
        template: the id of the template that it begins with.
    """

    form_id: str = field(default_factory=lambda: str(new_id()))
    text: str = ""
    template: str = ""
    errors: Sequence[FormError] = ()
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadView:
    """Shows conversations to one visitor."""

    request: Request
    visitor: Visitor
    services: Services

    async def show(self, uow: UnitOfWork, thread: Thread, draft: Draft) -> Response:
        """Show a conversation; with a form to answer on its newest page, for who may."""
        dossier, locale = thread.dossier, self.visitor.locale
        text, writes = TEXTS[locale], thread.may_write and thread.newest
        offered = await self._offered(uow, dossier) if writes else ()
        most = self.services.settings.papers.limits().file_bytes // _MIB
        hints = [text["file_hint"].format(most=most), *([text["file_again"]] if draft.errors else [])]
        return page(
            self.request,
            self.visitor,
            "message_thread.html",
            texts=TEXTS,
            status=draft.status,
            errors=draft.errors,
            thread=thread,
            dossier=dossier,
            status_name=dossier.status.vietnamese if locale == "vi" else dossier.status.english,
            clock=clock_of(dossier, now=datetime.now(UTC), calendar=self.services.calendar, locale=locale),
            asked={one.id: one.request for one in thread.items if one.request},
            older=f"{path_of(dossier.code)}?cursor={thread.older_cursor}" if thread.older_cursor else None,
            writes=writes,
            seen=thread.seen or NOTHING_SEEN,
            form_id=draft.form_id,
            typed=draft.text or _begun(dossier, draft.template, offered),
            chosen=draft.template,
            templates=[("", text["no_template"]), *((one.id, one.name) for one in offered)],
            file_hint=" ".join(hints),
            here=f"{QUEUE}/{dossier.code}",
            thread_path=path_of(dossier.code),
            kind_of=lambda media_type: MediaType(media_type).extension.upper(),
            size_of=lambda size: size_in_words(size, locale),
            day_of=lambda on: day_in_words(on, locale),
        )

    async def _offered(self, uow: UnitOfWork, dossier: Handled) -> Sequence[Template]:
        return await templates.offered(uow, self.visitor.officer.officer_id, dossier.agency_id)


def path_of(code: str) -> str:
    """Return where the conversation about a dossier is."""
    return PATH.format(code=code)


def size_in_words(size: int, locale: Locale) -> str:
    """Return a number of bytes as people read it."""
    if size < _MIB:
        return f"{max(1, round(size / _KIB))} KB"
    words = f"{size / _MIB:.1f} MB"
    return words if locale == "en" else words.replace(".", ",")


def day_in_words(on: date, locale: Locale) -> str:
    """Return a day as people read it."""
    return moments.day(datetime.combine(on, time(), VIETNAM), locale)


def _begun(dossier: Handled, template: str, offered: Sequence[Template]) -> str:
    known: Mapping[str, str | None] = {
        "dossier_code": dossier.code,
        "procedure_name": dossier.procedure_name,
        "agency_name": dossier.agency_name,
    }
    return next((fill(one.text, known) for one in offered if str(one.id) == template), "")
