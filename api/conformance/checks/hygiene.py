"""How an integration handles its secret, its tokens, its name and other people's."""

from api.conformance.checks.check import Finding, bad, good, must, should, some
from api.conformance.evidence import Evidence
from api.conformance.faults import WORK, Target
from api.conformance.wire import Exchange

UNAUTHENTICATED = 401
MOST_REFUSALS = 3
"""Requests with a dead token: one finds out, and two more may have been on their way."""
FEW = 3
LIBRARIES = (
    *("python-", "aiohttp", "go-http-client", "java", "okhttp", "apache-httpclient", "curl", "wget"),
    *("axios", "node", "undici", "guzzlehttp", "dart", "restsharp", "postmanruntime"),
)


def _at_work(evidence: Evidence) -> list[Exchange]:
    return evidence.tape.of(*WORK)


def _renews(evidence: Evidence) -> Finding | None:
    refused = [one for one in _at_work(evidence) if one.status == UNAUTHENTICATED]
    if not refused:
        return None
    if len(refused) > MOST_REFUSALS:
        return bad(
            f"{len(refused)} yêu cầu với mã truy cập đã hết hiệu lực.",
            f"{len(refused)} requests showed a token that was no good any more.",
        )
    if not any(one.outcomes for one in _at_work(evidence) if one.began > refused[0].began):
        return bad("Không gửi lại với mã truy cập mới.", "It did not go on with a new token.")
    return good("Lấy mã truy cập mới rồi gửi lại.", "It got a new token, and went on.")


def _reuses(evidence: Evidence) -> Finding | None:
    work, asked = _at_work(evidence), evidence.tape.of(Target.TOKEN)
    if len(work) < FEW or not asked:
        return None
    allowed = 2 + sum(one.status == UNAUTHENTICATED for one in work)
    if len(asked) > allowed:
        return bad(
            f"{len(asked)} mã truy cập cho {len(work)} yêu cầu.",
            f"{len(asked)} tokens for {len(work)} requests.",
        )
    return good(
        f"{len(asked)} mã truy cập cho {len(work)} yêu cầu.", f"{len(asked)} tokens for {len(work)} requests."
    )


def _secrets_stay(evidence: Evidence) -> Finding | None:
    places = [place for one in evidence.tape.exchanges for place in one.leaks]
    output = evidence.ending.output or ""
    if any(secret in output for secret in evidence.secrets):
        places.append("stdout/stderr")
    if places:
        return bad(f"Bí mật xuất hiện ở: {some(places)}.", f"A secret or a token stood in: {some(places)}.")
    if not evidence.tape.exchanges:
        return None
    return good("Bí mật không bị lộ.", "Secret and tokens stood only where they belong.")


def _quiet(evidence: Evidence) -> Finding | None:
    output = evidence.ending.output
    if output is None:
        return None
    people = [event.applicant for event in evidence.events.values()]
    if any(person.name in output or person.number in output for person in people):
        return bad(
            "Tên hoặc số định danh có trong nhật ký.", "Names or numbers of applicants stood in its output."
        )
    return good("Nhật ký không nêu tên ai.", "Its output names nobody.")


def _named(evidence: Evidence) -> Finding | None:
    work = _at_work(evidence)
    if not work:
        return None
    bare = [one.agent for one in work if not one.agent or one.agent.lower().startswith(LIBRARIES)]
    if bare:
        shown = some(evidence.shown(name)[:60] or "–" for name in bare)
        return bad(f"User-Agent: {shown}.", f"User-Agent: {shown}.")
    shown = evidence.shown(work[0].agent)[:60]
    return good(f"User-Agent: {shown}.", f"User-Agent: {shown}.")


CHECKS = (
    must("renews-tokens", _renews),
    should("reuses-tokens", _reuses),
    must("keeps-secrets", _secrets_stay),
    should("keeps-people-out-of-logs", _quiet),
    should("names-itself", _named),
)
