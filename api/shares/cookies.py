"""The cookie by which a browser goes on with a visit: it opens files, and the link alone does not."""

from datetime import UTC, datetime

from fastapi import Request, Response

from api.shares.service import LINKS, Begun

NAME = "tindan-visit"


def secret_of(request: Request) -> str | None:
    """Return what the browser shows."""
    return request.cookies.get(NAME)


def remember(response: Response, begun: Begun, *, token: str, issuer: str) -> None:
    """Have the browser show the secret of a visit until its end, for this link alone, and to no script."""
    left = begun.visit.ends_at - datetime.now(UTC)
    response.set_cookie(
        NAME,
        begun.secret or "",
        max_age=max(0, int(left.total_seconds())),
        path=f"{LINKS}/{token}",
        secure=issuer.startswith("https:"),
        httponly=True,
        samesite="strict",
    )
