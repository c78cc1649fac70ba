"""`python -m infra.sandbox`: see --help."""

import argparse
import logging
import os
import pathlib
import sys

import uvloop

from infra.sandbox.server import PortTakenError, serve
from infra.sandbox.settings import Settings


def main() -> int:
    """Run the sandbox; return the exit code: 0 when told to stop, 2 when it could not start."""
    logging.basicConfig(level=logging.WARNING)
    settings = _settings(sys.argv[1:])
    try:
        uvloop.run(serve(settings))
    except PortTakenError as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 2
    return 0


def _settings(arguments: list[str]) -> Settings:
    parser = argparse.ArgumentParser(
        prog="python -m infra.sandbox", description="Stand-ins for all providers."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--http-port", type=int, default=8090, help="0 picks a free one")
    parser.add_argument("--smtp-port", type=int, default=8025, help="0 picks a free one")
    parser.add_argument("--public-url", type=_url, help="how others reach the HTTP port")
    parser.add_argument("--api-url", type=_url, default="http://127.0.0.1:8080", help="the TinDan API")
    parser.add_argument("--state-dir", type=pathlib.Path, help="keeps generated keys")
    parser.add_argument(
        "--idp-client-secret",
        default=os.environ.get("TINDAN_SANDBOX_IDP_SECRET", "development-only"),
        help="secret of the relying party tindan",
    )
    parser.add_argument(
        "--journal",
        type=pathlib.Path,
        default=os.environ.get("TINDAN_SANDBOX_JOURNAL") or None,
        help="keeps what arrived, so that it is still in the outbox after a restart",
    )
    try:
        return Settings(**vars(parser.parse_args(arguments)))
    except ValueError as error:
        parser.error(str(error))


def _url(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError(f"{text!r} is no http or https URL")
    return text.rstrip("/")


if __name__ == "__main__":
    sys.exit(main())
