"""The limit of a look-up: our application, answering a constant. `python -m infra.bench.constant`.

Under `/bench/constant` it reads the same parameters, under the same limit of addresses, as the look-up; under
`/bench/bare` it does nothing at all.
"""

from functools import cache
from typing import Annotated

import uvicorn
from fastapi import APIRouter, Depends, Query, Response

from api import logs, server
from api.main import create_app
from api.parent import follow_parent
from api.procedures.pace import admit
from api.procedures.router import Sharing
from api.procedures.schemas import ProcedureQuery
from api.settings import Settings

router = APIRouter(prefix="/bench")


@router.get("/constant/{size}", dependencies=[Depends(admit)])
async def constant(size: int, _query: Annotated[ProcedureQuery, Query()], _shared: Sharing) -> Response:
    return _answer(size)


@router.get("/bare/{size}")
async def bare(size: int) -> Response:
    return _answer(size)


def _answer(size: int) -> Response:
    return Response(_body(size), media_type="application/json")


@cache
def _body(size: int) -> bytes:
    return b'"' + b"x" * (size - 2) + b'"'


def main() -> None:
    """Serve, as `tindan serve` does."""
    follow_parent()
    settings = Settings()
    logs.configure(settings.log_level)
    app = create_app(settings)
    app.include_router(router)
    config = server.configure(app, settings)
    config.port = settings.port
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
