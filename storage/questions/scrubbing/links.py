"""Links and addresses of mail, also as they are dictated. Pure."""

import re
from collections.abc import Iterator

from storage.questions.scrubbing.kinds import RemovedKind, Span
from storage.questions.scrubbing.reading import Reading

_LONGEST_MAILBOX = 64
_MOST_SPOKEN = 7
"""Words of a mailbox that is dictated, at most: `nguyen van an chấm một chín`."""

_TLD = "(?:com|net|org|info|edu|vn|gov|biz)"
_SCHEME = re.compile(
    r"(?:h[tx]{2}ps?|ftp)\s?:\s?/\s?/\s?(?P<rest>[^\s<>\"\ue000]+)|(?<![\w@.])www\s?\.\s?[^\s<>\"\ue000]+"
)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,62})"
_DOMAIN = re.compile(
    rf"(?<![\w.@/-]){_LABEL}(?:\.{_LABEL}){{0,5}}?\.(?:{_TLD}\b(?!\.\w)(?:[/?][^\s<>\"\ue000]*)?"
    r"|(?:me|io|ly|gl|co|app|link|be|tv|page|site|xyz)/[^\s<>\"\ue000]+)"
)
_CLOSING = ".,;:!?)]}'\"*_…"
# The state's own pages are no one's; what is asked of them in the link may be.
_OFFICIAL = re.compile(
    r"(?:(?:https?|www\s?)[:/.]{1,3})?(?:[a-z0-9-]{1,63}\.){0,5}(?:gov|chinhphu)\.vn(?::443"
    r"|:80)?(?:/[^?#@]*)?"
)

# Each begins at the first of many spaces, so that a text of nothing else is read once.
_BRACKETED = r"(?<!\s)\s*[\[({<]\s*(?:at|a cong|@)\s*[\])}>]\s*"
_AT = re.compile(
    rf"(?P<sure>\s?@\s?|{_BRACKETED}|(?<!\s)\s+a\s?(?:cong|moc|coong|vong)\s+)|(?<!\s)\s+(?:at|cong)\s+"
)
_DOT = (
    r"(?:\.|\s*[\[({]\s*(?:dot|cham|\.)\s*[\])}]\s*|\s+(?:cham|dot)\s+|\s?\.\s?(?=(?:com|vn|net|org"
    r"|edu|gov)\b))"
)
_HOST = re.compile(rf"[a-z0-9][\w-]{{0,62}}(?:{_DOT}[a-z0-9][\w-]{{0,62}}){{0,5}}")
_KNOWN_HOST = re.compile(r"(?:gmail|yahoo|hotmail|outlook|icloud|ymail|live|proton)\b")
_MAILBOX = re.compile(r"[\w.+%'-]+$")
_SPOKEN = re.compile(
    r"(?:^|(?P<lead>(?<!\w)(?:la|mail|email|gmail|qua|vao|gui|ve|den|:"
    r"|,))\W{1,3}|[:;,.!?(\n\ue000]\s*)"
    rf"(?P<box>(?:[\w+%-]+(?:\s+|\s?\.\s?)){{0,{_MOST_SPOKEN - 1}}}[\w+%-]+)$"
)
_JOINED = re.compile(r"(?:[\w+%-]+(?:\s+(?:cham|gach duoi|gach ngang|gach|dot)\s+|\s?\.\s?)){0,6}[\w+%-]+$")


def find_links(reading: Reading) -> Iterator[Span]:
    """Yield links that are not plain ones to the state's own pages, and addresses of mail."""
    mails = list(_find_mails(reading.plain))
    yield from mails
    within = [(mail.start, mail.end) for mail in mails]
    for pattern in (_SCHEME, _DOMAIN):
        for found in pattern.finditer(reading.plain):
            link = found[0].rstrip(_CLOSING)
            end = found.start() + len(link)
            inside = any(start <= found.start() < stop for start, stop in within)
            if not inside and not _OFFICIAL.fullmatch(link):
                yield Span(found.start(), end, RemovedKind.LINK)


def _find_mails(plain: str) -> Iterator[Span]:
    done = 0
    for sign in _AT.finditer(plain):
        host = _HOST.match(plain, sign.end())
        if host is None or sign.start() < done:
            continue
        named = _KNOWN_HOST.match(host[0]) or re.search(rf"\W{_TLD}$", host[0])
        if not sign["sure"] and not named:
            continue
        start = _mailbox(plain, sign.start(), done, spoken=sign[0].strip()[:1].isalpha())
        if start is not None:
            done = host.end() - (len(host[0]) - len(host[0].rstrip("-_")))
            yield Span(start, done, RemovedKind.EMAIL)


def _mailbox(plain: str, end: int, floor: int, *, spoken: bool) -> int | None:
    """Return where a mailbox begins that ends here: one word, or, where it was dictated, those of it."""
    start = max(floor, end - 2 * _LONGEST_MAILBOX)
    before = plain[start:end]
    box = _MAILBOX.search(before[-_LONGEST_MAILBOX:])
    if box is None:
        return None
    if not spoken:
        return end - len(box[0])
    said = _SPOKEN.search(before)
    if said is not None and said["lead"]:
        return start + said.start("box")
    joined = _JOINED.search(before)
    return start + joined.start() if joined else end - len(box[0])
