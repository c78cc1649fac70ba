"""`tindan run`: everything on this machine, for development."""

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

import typer
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from api import interrupts
from api.demonstration import load as demonstration
from api.demonstration.prepare import prepare
from api.settings import Settings
from api.stack import Ports, Stack, database

ENVIRONMENT = "operator.env"
"""What a shell needs for an operator's commands, in the folder of the data."""
SETTINGS_OF_PORTS = {
    "api": "TINDAN_PORT",
    "sandbox": "TINDAN_SANDBOX_PORT",
    "smtp": "TINDAN_SANDBOX_SMTP_PORT",
}


class SandboxSettings(BaseSettings):
    """Where the stand-ins listen."""

    model_config = SettingsConfigDict(
        env_prefix="TINDAN_SANDBOX_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    port: int = Field(default=8090, ge=1, le=65535)
    smtp_port: int = Field(default=8025, ge=1, le=65535)


def run(settings: Settings) -> None:
    """Start everything, say where it is, and stop it on Ctrl-C or when a part fails."""
    sandbox = SandboxSettings()
    ports = Ports(api=settings.port, sandbox=sandbox.port, smtp=sandbox.smtp_port)
    ports.require_free(SETTINGS_OF_PORTS)
    data_dir = settings.storage.data_dir.resolve()
    with interrupts.noted(), database(data_dir, settings.storage.database_url) as url:
        prepare(settings, url)
        logs = data_dir / "logs"
        with Stack(data_dir=data_dir, database_url=url, ports=ports, logs=logs) as stack:
            _write_environment(data_dir / ENVIRONMENT, stack.settings())
            typer.echo(_welcome(stack, settings))
            try:
                ended = stack.watch()
            except KeyboardInterrupt:
                typer.echo("\nStopping …")
                return
            typer.secho(
                f"tindan: {ended} ended by itself; its log is in {logs}", fg=typer.colors.RED, err=True
            )
            raise typer.Exit(1)


def _write_environment(path: Path, settings: Mapping[str, str]) -> None:
    """Write settings for a shell to read; they hold secrets of the stand-ins, so nobody else may."""
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in sorted(settings.items())]
    path.unlink(missing_ok=True)
    with open(path, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.writelines(lines)


def _welcome(stack: Stack, settings: Settings) -> str:
    secret = demonstration.client_secret(settings)
    environment = shlex.quote(str(stack.data_dir / ENVIRONMENT))
    command = shlex.quote(str(Path(sys.executable).with_name("tindan")))
    return f"""
TinDan is running / TinDan đang chạy

  Citizen's app (stand-in)   {stack.sandbox_url}/app
  API, described             {stack.api_url}/docs
  Health                     {stack.api_url}/health/ready
  Officers' page             {stack.api_url}/console (sign in as Phạm Văn Giám Sát)
  A citizen's phone          {stack.sandbox_url}/phone
  What the providers got     {stack.sandbox_url}/sandbox/outbox

  A dossier, no account      {stack.api_url}/tra-cuu
  Scores of agencies         {stack.api_url}/cham-diem

Try it: tell the citizen Nguyễn Thị Ví Dụ that a dossier of hers was accepted, and sign in as her in the app

  TOKEN=$(curl -s -u {demonstration.CLIENT_ID}:{secret} -d grant_type=client_credentials \\
    {stack.api_url}/oauth/token | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
  curl -s {stack.api_url}/v1/agency/dossier-events -H "authorization: Bearer $TOKEN" \\
    -H "content-type: application/json" -d '{{"event_id": "try-'$(date +%s)'",
    "dossier_code": "H26.1-'$(date +%y%m%d-%H%M%S)'", "status": 2, "occurred_at": "'$(date -u +%FT%TZ)'",
    "procedure_code": "1.001193", "agency_code": "H26.1",
    "applicant": {{"number": "001190000001", "email": "vi.du@example.vn", "phone": "0900000001"}}}}'

An operator's commands work on it, in a shell that knows its settings:

  . {environment}
  {command} agency list

Ctrl-C stops everything.
"""
