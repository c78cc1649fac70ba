"""A notice in words, also where this release does not know what it is about."""

from dataclasses import dataclass

import structlog

from api.named import Status
from notify.ports import Form
from notify.rendering import Links, render
from storage.dossiers.statuses import DossierStatus
from storage.notifications.inbox import InboxNotice

log = structlog.get_logger(__name__)

_TITLES = {"vi": "Thông báo mới", "en": "New notice"}
_BODIES = {"vi": "Bạn có một thông báo mới.", "en": "There is a new notice for you."}
_ABOUT = {"vi": "Có thông báo mới về hồ sơ {code}.", "en": "There is a new notice about dossier {code}."}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What an item of the inbox says."""

    title: str
    body: str
    status: Status | None


def word(notice: InboxNotice, *, locale: str, link: str | None) -> Wording:
    """Put a notice into words, in `vi` or `en`.

    What a newer release wrote, during a roll-out, is told in general: one such notice must not keep a
    citizen from all others.
    """
    try:
        content = render(
            category=notice.category,
            locale=locale,
            params=notice.params,
            form=Form.SHORT,
            links=Links(open=link),
        )
        status = notice.params.get("status")
        named = Status.of(DossierStatus(status), locale) if status else None
    except (LookupError, ValueError) as error:
        log.warning(
            "not_worded",
            notification_id=str(notice.id),
            category=notice.category,
            error=type(error).__name__,
        )
        return _in_general(notice, locale)
    return Wording(title=content.title, body=content.text, status=named)


def _in_general(notice: InboxNotice, locale: str) -> Wording:
    code = notice.dossier_code
    body = _ABOUT[locale].format(code=code) if code else _BODIES[locale]
    return Wording(title=_TITLES[locale], body=body, status=None)
