"""The Messages endpoint."""

import base64
import binascii
import email.utils
import json
import secrets
import time

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.sandbox.credentials import TWILIO
from infra.sandbox.faults import Faults
from infra.sandbox.outbox import Outbox
from infra.sandbox.receipts.receipts import Receipts
from infra.sandbox.scripts import Fault, Refuse, Status
from infra.sandbox.twilio import errors
from infra.sandbox.twilio.callbacks import Message
from infra.sandbox.twilio.request import RefusedError, Wanted, read
from infra.sandbox.twilio.segments import segments

_API = "/2010-04-01"


class Messages:
    """Endpoints below /twilio."""

    def __init__(self, *, outbox: Outbox, faults: Faults, receipts: Receipts) -> None:
        self._outbox = outbox
        self._faults = faults
        self._receipts = receipts

    def routes(self) -> list[Route]:
        """Return the routes, with full paths."""
        return [Route(f"/twilio{_API}/Accounts/{{account}}/Messages.json", self.send, methods=["POST"])]

    async def send(self, request: Request) -> Response:
        """Take one message in."""
        if not _is_known(request):
            return errors.by_code(errors.AUTHENTICATE)
        if request.path_params["account"] != TWILIO.account_sid:
            return errors.by_code(errors.NOT_FOUND)
        form = await request.form()
        try:
            wanted = read({name: str(value) for name, value in form.items()})
        except RefusedError as error:
            return errors.by_code(error.code)
        fault = await self._faults.meet("sms", to=(wanted.to,))
        refusal = _scripted(fault)
        if refusal is not None:
            return refusal
        sid = f"SM{secrets.token_hex(16)}"
        self._keep(sid, wanted)
        await self._receipts.follow(
            "sms",
            Message(
                sid=sid,
                to=wanted.to,
                sender=wanted.sender,
                service=wanted.service,
                callback=wanted.callback,
            ),
        )
        await self._faults.linger(fault)
        return JSONResponse(_resource(sid, wanted), status_code=201)

    def _keep(self, sid: str, wanted: Wanted) -> None:
        # One text to one number is one message: Twilio knows no other name for it.
        self._outbox.add(
            channel="sms",
            to=(wanted.to,),
            source=wanted.sender or wanted.service or "",
            raw=json.dumps({"sid": sid} | wanted._asdict()).encode(),
            identity=(wanted.to, wanted.body),
        )


def _is_known(request: Request) -> bool:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        given = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return False
    return scheme.lower() == "basic" and given == f"{TWILIO.account_sid}:{TWILIO.auth_token}".encode()


def _scripted(fault: Fault | None) -> Response | None:
    if isinstance(fault, Status):
        return errors.by_status(fault.code, retry_after=fault.retry_after)
    return errors.by_code(int(fault.code)) if isinstance(fault, Refuse) else None


def _resource(sid: str, wanted: Wanted) -> dict[str, object]:
    """Return the message as Twilio shows it.

    A messaging service has not chosen a sender yet: the message is only "accepted", and of 0 segments.
    """
    uri = f"{_API}/Accounts/{TWILIO.account_sid}/Messages/{sid}"
    now = email.utils.formatdate(time.time()).replace("-0000", "+0000")
    chosen = wanted.service is None
    return {
        "account_sid": TWILIO.account_sid,
        "api_version": "2010-04-01",
        "body": wanted.body,
        "date_created": now,
        "date_sent": None,
        "date_updated": now,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": wanted.sender,
        "messaging_service_sid": wanted.service,
        "num_media": "0",
        "num_segments": str(segments(wanted.body).number if chosen else 0),
        "price": None,
        "price_unit": "USD",
        "sid": sid,
        "status": "queued" if chosen else "accepted",
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "tags": None,
        "to": wanted.to,
        "uri": f"{uri}.json",
    }
