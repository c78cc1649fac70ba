"""Starts a sandbox beside a test or a benchmark, and makes sure that it ends with it."""

import contextlib
import dataclasses
import os
import pathlib
import re
import subprocess
import sys
from collections.abc import Iterator

from infra.sandbox.server import PARENT_PIPE

_ROOT = pathlib.Path(__file__).parents[2]
_PATIENCE = 10  # seconds that a sandbox has to stop
_READY = re.compile(r"sandbox ready http=(?P<http>\S+) smtp=(?P<host>\S+):(?P<port>\d+)\n")


class NotStartedError(RuntimeError):
    """The sandbox ended before it was ready; carries what it said."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Running:
    """A sandbox that answers.

    Attributes:
        http: Base URL, without a slash at the end.
        smtp_host: Address of the mail sink.
        smtp_port: Its TCP port.
        process: The process, for those who want to see it end.
    """

    http: str
    smtp_host: str
    smtp_port: int
    process: subprocess.Popen[str]


@contextlib.contextmanager
def running(*arguments: str) -> Iterator[Running]:
    """Run a sandbox on free ports of 127.0.0.1.

    Args:
        arguments: Further arguments of `python -m infra.sandbox`.

    Raises:
        NotStartedError: It did not come up.
    """
    ours, its = os.pipe()[::-1]
    command = [sys.executable, "-m", "infra.sandbox", "--http-port=0", "--smtp-port=0", *arguments]
    with subprocess.Popen(
        command,
        cwd=_ROOT,
        env=os.environ | {PARENT_PIPE: str(its)},
        pass_fds=[its],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        os.close(its)
        try:
            yield _ready(process)
        finally:
            os.close(ours)
            _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        raise


def _ready(process: subprocess.Popen[str]) -> Running:
    line = process.stdout.readline() if process.stdout else ""
    ready = _READY.fullmatch(line)
    if ready is None:
        raise NotStartedError(f"exit code {process.wait()}; it said {line!r}, and on stderr as above")
    return Running(http=ready["http"], smtp_host=ready["host"], smtp_port=int(ready["port"]), process=process)
