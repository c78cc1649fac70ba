"""Error answers of FCM, as https://firebase.google.com/docs/cloud-messaging/error-codes gives them."""

from typing import NamedTuple

from starlette.responses import JSONResponse

FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"


class Kind(NamedTuple):
    """HTTP status, google.rpc status and text of one FCM error."""

    code: int
    status: str
    message: str


KINDS = {
    "INVALID_ARGUMENT": Kind(
        400, "INVALID_ARGUMENT", "The registration token is not a valid FCM registration token"
    ),
    "THIRD_PARTY_AUTH_ERROR": Kind(401, "UNAUTHENTICATED", "Auth error from APNS or Web Push Service"),
    "SENDER_ID_MISMATCH": Kind(403, "PERMISSION_DENIED", "SenderId mismatch"),
    "UNREGISTERED": Kind(404, "NOT_FOUND", "Requested entity was not found."),
    "QUOTA_EXCEEDED": Kind(429, "RESOURCE_EXHAUSTED", "Quota exceeded for sending messages."),
    "INTERNAL": Kind(500, "INTERNAL", "Internal error encountered."),
    "UNAVAILABLE": Kind(503, "UNAVAILABLE", "The service is currently unavailable."),
}
_BY_CODE = {kind.code: name for name, kind in KINDS.items() if kind.code >= 429}


def named(name: str, *, retry_after: int | None = None) -> JSONResponse:
    """Return the answer for an FCM error code; one that FCM does not have answers 500 with that name."""
    kind = KINDS.get(name, Kind(500, "INTERNAL", name))
    return _answer(kind, [{"@type": FCM_ERROR, "errorCode": name}], retry_after)


def by_status(code: int, *, retry_after: int | None = None) -> JSONResponse:
    """Return the answer for an HTTP status, with details where the status means one trouble of FCM's."""
    if code in _BY_CODE:
        return named(_BY_CODE[code], retry_after=retry_after)
    return _answer(Kind(code, "UNKNOWN", "Scripted by the sandbox."), [], retry_after)


def bad_field(field: str, description: str) -> JSONResponse:
    """Return the answer to a request of the wrong form.

    It carries no FcmError: the token is not at fault, and a sender must not drop it.
    """
    violation = {"field": field, "description": description}
    kind = Kind(400, "INVALID_ARGUMENT", f"Invalid value at '{field}': {description}")
    return _answer(kind, [{"@type": BAD_REQUEST, "fieldViolations": [violation]}], None)


def unauthenticated() -> JSONResponse:
    """Return the answer to a request without an access token that this server issued."""
    message = "Request had invalid authentication credentials. Expected OAuth 2 access token."
    return _answer(Kind(401, "UNAUTHENTICATED", message), [], None)


def _answer(kind: Kind, details: list[dict[str, object]], retry_after: int | None) -> JSONResponse:
    error = {"code": kind.code, "message": kind.message, "status": kind.status}
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    body = {"error": error | ({"details": details} if details else {})}
    return JSONResponse(body, status_code=kind.code, headers=headers)
