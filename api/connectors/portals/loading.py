"""Deployments as the operator describes them: a file, or the environment; secrets from the environment alone.

TINDAN_PORTALS_FILE=portals.toml      # or .json; or the same as JSON in TINDAN_PORTALS

[quoc-gia]
style = "session"
url = "https://…"
sign_in_url = "https://…"
unit = "000.00.00.H26"
agencies = ["H26"]
username_env = "TINDAN_PORTAL_USERNAME"
password_env = "TINDAN_PORTAL_PASSWORD"
answers = { success = ["00"], exists = ["02"] }
"""

import json
import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.connectors.portals.deployment import AnyDeployment, Deployment
from api.connectors.portals.mistakes import FILE, Mistake, mistakes_of
from api.connectors.portals.sources import rivals
from storage.errors import SettingsError

SECRETS = ("username", "password")
_SECRET_FIELDS = frozenset(SECRETS) | {f"{secret}_env" for secret in SECRETS}
_VARIABLE: Final = "TINDAN_PORTALS"
_MODEL: TypeAdapter[AnyDeployment] = TypeAdapter(Deployment)


class PortalSettings(BaseSettings):
    """Where portals are described: TINDAN_PORTALS_FILE or TINDAN_PORTALS. Without both there are none."""

    model_config = SettingsConfigDict(
        env_prefix="TINDAN_", env_ignore_empty=True, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    portals_file: Path | None = None
    portals: str | None = None

    def deployments(
        self, *, development: bool, environment: Mapping[str, str] | None = None
    ) -> tuple[AnyDeployment, ...]:
        """Return all deployments, in the order of the description.

        Args:
            development: whether passwords may go over an open connection.
            environment: where secrets are; ours, unless it is given.

        Raises:
            SettingsError: every mistake, one a line: where, which deployment, which field, and what is wrong,
                in Vietnamese and English.
        """
        if self.portals_file is not None and self.portals is not None:
            raise SettingsError(
                f"chỉ đặt {_VARIABLE} hoặc {_VARIABLE}_FILE · set {_VARIABLE} or {_VARIABLE}_FILE, not both"
            )
        if self.portals_file is not None:
            source = str(self.portals_file)
            described = _from_file(self.portals_file)
        elif self.portals is not None:
            source, described = _VARIABLE, _from_json(self.portals, _VARIABLE)
        else:
            return ()
        return _checked(
            described,
            source,
            _Reading(environment=os.environ if environment is None else environment, development=development),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    environment: Mapping[str, str]
    development: bool


def _from_file(path: Path) -> Any:
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(str(path), type(error).__name__) from error
    if path.suffix.lower() == ".json":
        return _from_json(content, str(path))
    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(str(path), str(error)) from error


def _from_json(content: str, source: str) -> Any:
    try:
        return json.loads(content, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        # What the parser quotes of the content is a position, no value.
        raise _unreadable(source, str(error)) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object in which a name stands twice: the first would be forgotten without a word."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice} có hai lần · {twice} stands twice")
    return found


def _unreadable(source: str, why: str) -> SettingsError:
    return SettingsError(f"{source}: không đọc được · can not be read: {why}")


def _checked(described: Any, source: str, reading: _Reading) -> tuple[AnyDeployment, ...]:
    if not isinstance(described, Mapping):
        raise _refused(source, [FILE])
    read = [_deployment(str(name), fields, reading) for name, fields in described.items()]
    if mistakes := [mistake for _, found in read for mistake in found]:
        raise _refused(source, mistakes)
    found = tuple(deployment for deployment, _ in read if deployment is not None)
    if mistakes := list(rivals(found)):
        raise _refused(source, mistakes)
    return found


def _deployment(name: str, fields: Any, reading: _Reading) -> tuple[AnyDeployment | None, list[Mistake]]:
    """Return a deployment, or all that is wrong with it."""
    if not isinstance(fields, Mapping):
        return None, [replace(FILE, deployment=name)]
    secrets, mistakes = _secrets(name, fields, reading.environment)
    told = {field: value for field, value in fields.items() if field not in _SECRET_FIELDS}
    # A made-up secret lets the other fields be checked, so that all mistakes are told at once.
    complete = told | dict.fromkeys(SECRETS, "x") | secrets | {"name": name}
    try:
        deployment = _MODEL.validate_python(complete, context={"development": reading.development})
    except ValidationError as error:
        return None, mistakes + mistakes_of(name, error)
    return deployment, mistakes


def _secrets(
    name: str, fields: Mapping[str, Any], environment: Mapping[str, str]
) -> tuple[dict[str, str], list[Mistake]]:
    found: dict[str, str] = {}
    mistakes: list[Mistake] = []
    for secret in SECRETS:
        variable = fields.get(f"{secret}_env")
        if secret in fields:
            mistakes.append(Mistake.of_open_secret(name, secret))
        elif not isinstance(variable, str) or not variable:
            mistakes.append(Mistake.of_missing(name, f"{secret}_env"))
        elif value := environment.get(variable):
            found[secret] = value
        else:
            mistakes.append(Mistake.of_unset(name, f"{secret}_env", variable))
    return found, mistakes


def _refused(source: str, mistakes: Iterable[Mistake]) -> SettingsError:
    return SettingsError("\n".join(f"{source}: {mistake}" for mistake in mistakes))
