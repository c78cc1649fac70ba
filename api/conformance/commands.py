"""Drives an integration that is a command: its tasks come on standard input, once for each scenario."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Any

from api import interrupts
from api.conformance.outcomes import Ending, doors_in, read_lines
from api.stack import StackError

MOST_OUTPUT = 8 * 1024 * 1024
"""Characters that are read of what a command writes."""
LOOKS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandDriver:
    """Starts the command for each scenario.

    Attributes:
        command: and its arguments; no shell reads them.
        seconds: that it has for a scenario; then it is killed, with all that it started.
    """

    command: Sequence[str]
    seconds: float

    def play(self, document: Mapping[str, Any]) -> Ending:
        """Let it tell the tasks of one scenario. Raises StackError where it can not be started."""
        # Files, and not pipes: nobody is held up by what is not read, however much there is.
        with TemporaryFile() as given, TemporaryFile() as written, TemporaryFile() as complained:
            given.write(json.dumps(document, ensure_ascii=False).encode())
            given.seek(0)
            process = self._start(given, written, complained)
            finished = self._wait(process)
            output = _text(written)
            return Ending(
                finished=finished,
                code=process.returncode,
                said=read_lines(output),
                output=output + _text(complained),
                doors=doors_in(output),
            )

    def _start(
        self, given: IO[bytes], written: IO[bytes], complained: IO[bytes]
    ) -> "subprocess.Popen[bytes]":
        try:
            return subprocess.Popen(  # noqa: S603 - the command that the operator named
                list(self.command),
                stdin=given,
                stdout=written,
                stderr=complained,
                env=_without_ours(os.environ),
                start_new_session=True,
            )
        except OSError as error:
            raise StackError(f"{self.command[0]} could not be started: {error.strerror}") from error

    def _wait(self, process: "subprocess.Popen[bytes]") -> bool:
        deadline = time.monotonic() + self.seconds
        try:
            while time.monotonic() < deadline:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(LOOKS)
                    return True
                interrupts.checkpoint()
            return False
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _without_ours(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without our own settings: keys are among them."""
    return {name: value for name, value in environment.items() if not name.startswith("TINDAN_")}


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read(MOST_OUTPUT).decode(errors="replace")
