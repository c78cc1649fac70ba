"""`/health/live`, `/health/ready`, `/version`."""

import platform
from importlib.metadata import version
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from api.dependencies import AllServices, Read
from storage import schema

router = APIRouter(tags=["operation"])


class Health(BaseModel):
    """`ok`."""

    status: str = "ok"


class Version(BaseModel):
    """What runs here."""

    name: str = "tindan"
    version: str
    python: str
    schema_revision: str
    minimum_app_version: str


@router.get("/health/live", summary="The process runs")
async def live() -> Health:
    """Answer, and ask nobody."""
    return Health()


@router.get("/health/ready", summary="The process can serve")
async def ready(reading: Read) -> Health:
    """Answer 503 while the database cannot be reached or its schema is older than this program."""
    await schema.require_current(reading)
    return Health()


@router.get("/version", summary="What runs here")
async def running(
    services: AllServices, revision: Annotated[str, Depends(schema.expected_revision)]
) -> Version:
    """Name the program, its schema, and the oldest app that it serves."""
    return Version(
        version=version("tindan"),
        python=platform.python_version(),
        schema_revision=revision,
        minimum_app_version=services.settings.minimum_app_version,
    )
