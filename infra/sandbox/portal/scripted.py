"""What a script does to a call before it is looked at."""

from starlette.responses import Response

from infra.sandbox.faults import Faults
from infra.sandbox.portal.sessions import Sessions
from infra.sandbox.scripts import Expire, Fault, Status


async def met(faults: Faults, service: str, style: str, sessions: Sessions) -> Fault | None:
    """Use up a turn of the script; let no session be good, if it says so."""
    fault = await faults.meet("portal", to=(service, style))
    if isinstance(fault, Expire):
        sessions.end()
    return fault


def status_of(fault: Fault | None) -> Response | None:
    """Return the bare status that a script wants, if it does."""
    if not isinstance(fault, Status):
        return None
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    return Response("Scripted by the sandbox.", status_code=fault.code, headers=headers)
