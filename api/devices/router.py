"""`/v1/devices`."""

from functools import partial
from uuid import UUID

from fastapi import APIRouter, Depends

from api.app_version import require_supported_app
from api.dependencies import ActingForSelf, AllServices, Uow
from api.devices import service
from api.devices.schemas import Registered, Registration
from storage.unit_of_work import transact

router = APIRouter(prefix="/v1/devices", tags=["citizen"], dependencies=[Depends(require_supported_app)])


@router.put("/{installation_id}", summary="Send my push messages to this phone")
async def register(
    installation_id: UUID, given: Registration, citizen: ActingForSelf, services: AllServices
) -> Registered:
    """Register an installation, which draws its id once, at every start and whenever its push token changes.

    It then belongs to the caller: who signed in on it before gets nothing more there.

    What is told to many is pushed to topics. The app follows exactly the `topics` of the answer, by its
    Firebase SDK (`subscribeToTopic`), and leaves all others that begin with `broadcast-`. They go by the
    caller's language (`PATCH /v1/me`), by whether pushes of the category `broadcast` are on
    (`PUT /v1/me/preferences`), and by the agencies where the caller has dossiers: so the app registers again
    at every start, and after a change of either. On signing out it leaves all of them.
    """
    work = partial(
        service.register,
        citizen=citizen,
        installation_id=installation_id,
        given=given,
        routes=services.routes,
    )
    return await transact(services.unit_of_work, work)


@router.delete("/{installation_id}", status_code=204, summary="Send nothing more to this phone")
async def forget(installation_id: UUID, citizen: ActingForSelf, uow: Uow) -> None:
    """Forget an installation of the caller's, on signing out. The app leaves all its topics by itself."""
    await service.forget(uow, citizen, installation_id)
