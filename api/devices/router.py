"""`/v1/devices`."""

from functools import partial
from uuid import UUID

from fastapi import APIRouter, Depends

from api.app_version import require_supported_app
from api.dependencies import ActingForSelf, AllServices, Uow
from api.devices import service
from api.devices.schemas import Registration
from storage.unit_of_work import transact

router = APIRouter(prefix="/v1/devices", tags=["citizen"], dependencies=[Depends(require_supported_app)])


@router.put("/{installation_id}", status_code=204, summary="Send my push messages to this phone")
async def register(
    installation_id: UUID, given: Registration, citizen: ActingForSelf, services: AllServices
) -> None:
    """Register an installation, which draws its id once, at every start and whenever its push token changes.

    It then belongs to the caller: who signed in on it before gets nothing more there.
    """
    work = partial(service.register, citizen=citizen, installation_id=installation_id, given=given)
    await transact(services.unit_of_work, work)


@router.delete("/{installation_id}", status_code=204, summary="Send nothing more to this phone")
async def forget(installation_id: UUID, citizen: ActingForSelf, uow: Uow) -> None:
    """Forget an installation of the caller's, on signing out."""
    await service.forget(uow, citizen, installation_id)
