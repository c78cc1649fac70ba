"""Scripts over HTTP: GET shows what is left of a channel's script, PUT starts one, DELETE ends it."""

from collections.abc import Iterable
from typing import Any, Generic, Protocol, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Form = TypeVar("Form", bound=BaseModel)
Put_contra = TypeVar("Put_contra", bound=BaseModel, contravariant=True)


class Scripted(Protocol[Put_contra]):
    """What follows a script on each of its channels."""

    def put(self, channel: Any, script: Put_contra) -> None:
        """Replace the channel's script. Raises ValueError if it asks for what the channel cannot do."""
        ...

    def clear(self, channel: Any) -> None:
        """End the channel's script."""
        ...

    def left(self, channel: Any) -> dict[str, object]:
        """Return what is left of the script, in the form in which it was put."""
        ...


class Scripting(Generic[Form]):
    """The endpoints for one kind of script.

    Args:
        scripted: What follows the scripts.
        channels: The Literal type of its channels.
        form: What a script looks like.
    """

    def __init__(self, scripted: Scripted[Form], *, channels: Any, form: type[Form]) -> None:
        self._scripted = scripted
        self._channels: tuple[str, ...] = get_args(channels)
        self._form = form

    def routes(self, path: str) -> list[Route]:
        """Return the routes below a path."""
        return [
            Route(f"{path}/{{channel}}", self.show, methods=["GET"]),
            Route(f"{path}/{{channel}}", self.put, methods=["PUT"]),
            Route(f"{path}/{{channel}}", self.clear, methods=["DELETE"]),
        ]

    async def show(self, request: Request) -> Response:
        """Answer with what is left of the script."""
        channel = request.path_params["channel"]
        if channel not in self._channels:
            return self._no_such_channel()
        return JSONResponse(self._scripted.left(channel))

    async def put(self, request: Request) -> Response:
        """Start a script, in place of what is left of the last one."""
        channel = request.path_params["channel"]
        if channel not in self._channels:
            return self._no_such_channel()
        try:
            self._scripted.put(channel, self._form.model_validate_json(await request.body()))
        except ValidationError as error:
            return unprocessable(error)
        except ValueError as error:
            return _objected([str(error)])
        return JSONResponse(self._scripted.left(channel))

    async def clear(self, request: Request) -> Response:
        """End a script."""
        channel = request.path_params["channel"]
        if channel not in self._channels:
            return self._no_such_channel()
        self._scripted.clear(channel)
        return Response(status_code=204)

    def _no_such_channel(self) -> Response:
        return JSONResponse({"detail": [f"the channels are {', '.join(self._channels)}"]}, status_code=404)


def unprocessable(error: ValidationError) -> Response:
    """Return the answer to what has not the right form, naming each culprit."""
    return _objected(f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg']}" for one in error.errors())


def _objected(detail: Iterable[str]) -> Response:
    return JSONResponse({"detail": list(detail)}, status_code=422)
