"""Error answers of Twilio's API, as https://www.twilio.com/docs/api/errors gives them."""

from http import HTTPStatus

from starlette.responses import JSONResponse

AUTHENTICATE = 20003
NOT_FOUND = 20404
INVALID_TO = 21211
INVALID_FROM = 21212
NO_PERMISSION = 21408
EMPTY_BODY = 21602
NO_SENDER = 21603
NO_TO = 21604
FOREIGN_FROM = 21606
INVALID_CALLBACK = 21609
OPTED_OUT = 21610
QUEUE_FULL = 21611
UNREACHABLE = 21612
NO_MOBILE = 21614
BODY_TOO_LONG = 21617
INVALID_VALIDITY = 21624
INVALID_SERVICE = 21705

_MESSAGES = {
    AUTHENTICATE: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    INVALID_TO: "Invalid 'To' Phone Number",
    INVALID_FROM: "The 'From' number is not a valid phone number, shortcode, or alphanumeric sender ID",
    NO_PERMISSION: "Permission to send an SMS has not been enabled for the region of the 'To' number",
    EMPTY_BODY: "Message body is required.",
    NO_SENDER: "A 'From' or 'MessagingServiceSid' parameter is required.",
    NO_TO: "A 'To' phone number is required.",
    FOREIGN_FROM: "The 'From' phone number provided is not a valid message-capable Twilio phone number",
    INVALID_CALLBACK: "The 'StatusCallback' URL is not a valid URL",
    OPTED_OUT: "Attempt to send to unsubscribed recipient",
    QUEUE_FULL: "The 'From' number has exceeded the maximum number of queued messages",
    UNREACHABLE: "The 'To' phone number is not currently reachable via SMS",
    NO_MOBILE: "'To' number is not a valid mobile number",
    BODY_TOO_LONG: "The concatenated message body exceeds the 1600 character limit",
    INVALID_VALIDITY: "Invalid validity period value",
    INVALID_SERVICE: "The Messaging Service Sid is invalid",
}
# Errors in the 20000s bear the HTTP status in their number, but for this one.
_STATUSES = {AUTHENTICATE: 401}


def by_code(code: int) -> JSONResponse:
    """Return the answer for one of Twilio's error numbers."""
    return _answer(code, _STATUSES.get(code, _status_inside(code)))


def by_status(status: int, *, retry_after: int | None = None) -> JSONResponse:
    """Return the answer for an HTTP status."""
    code = AUTHENTICATE if status == HTTPStatus.UNAUTHORIZED else 20000 + status
    return _answer(code, status, {} if retry_after is None else {"Retry-After": str(retry_after)})


def _status_inside(code: int) -> int:
    inside = code - 20000
    return inside if 400 <= inside < 600 else 400


def _answer(code: int, status: int, headers: dict[str, str] | None = None) -> JSONResponse:
    body = {
        "code": code,
        "message": _MESSAGES.get(code, "Scripted by the sandbox."),
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return JSONResponse(body, status_code=status, headers=headers)
