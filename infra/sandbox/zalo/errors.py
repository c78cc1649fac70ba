"""Error answers of Zalo's template messages: HTTP 200, with an error number that is not 0."""

from starlette.responses import JSONResponse, PlainTextResponse, Response

SUCCESS = 0
INVALID_MESSAGE_ID = -107
INVALID_PHONE = -108
INVALID_TEMPLATE = -109
NO_DATA = -111
INVALID_DATA = -112
PARAMETER_TOO_LONG = -1121
PARAMETER_MISSING = -1122
PARAMETER_MALFORMED = -1124
INVALID_ACCESS_TOKEN = -124

_MESSAGES = {
    SUCCESS: "Success",
    -100: "Unknown error",
    INVALID_MESSAGE_ID: "Message ID invalid",
    INVALID_PHONE: "Phone number invalid",
    INVALID_TEMPLATE: "Template ID invalid",
    -110: "Zalo version unsupported",
    NO_DATA: "Template data empty",
    INVALID_DATA: "Template data invalid",
    PARAMETER_TOO_LONG: "Template data is longer than the parameter allows",
    PARAMETER_MISSING: "Template data lacks a parameter",
    PARAMETER_MALFORMED: "Template data has not the form of the parameter",
    -114: "User is inactive, or reject the message, or using an outdated Zalo version",
    -115: "Out of quota",
    -118: "Zalo account not existed",
    -119: "Account can not receive ZNS",
    INVALID_ACCESS_TOKEN: "Access token invalid",
    -133: "ZNS can not be sent at night from 22h to 6h",
    -144: "OA exceeded the daily quota",
}


class RefusedError(Exception):
    """Zalo does not take the message; carries its error number."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


def success(data: object) -> Response:
    """Return an answer without error."""
    return JSONResponse({"error": SUCCESS, "message": _MESSAGES[SUCCESS], "data": data})


def by_code(code: int) -> Response:
    """Return the answer for one of Zalo's error numbers."""
    return JSONResponse({"error": code, "message": _MESSAGES.get(code, "Scripted by the sandbox.")})


def by_status(status: int, *, retry_after: int | None = None) -> Response:
    """Return the answer of what stands in front of Zalo, which speaks no JSON."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return PlainTextResponse("Scripted by the sandbox.", status_code=status, headers=headers)
