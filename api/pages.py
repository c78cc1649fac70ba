"""Pages that a browser gets: templates, and a policy that lets in their own style and script alone."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup


class Pages:
    """The pages of one feature.

    Args:
        folder: where its templates, styles and scripts are.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def source(self, name: str) -> Markup:
        """Return a style or a script as it stands in its page."""
        return Markup(_text(self._folder / name))  # noqa: S704 - a file of ours

    def policy(self, *, style: str, script: str | None = None) -> str:
        """Return a Content-Security-Policy (CSP level 3) for a page with one style and perhaps a script.

        The script may call this service, and nobody else; nothing may be embedded or loaded.
        """
        scripts = f"script-src {self._hashed(script)}; connect-src 'self'; " if script else ""
        return (
            f"default-src 'none'; style-src {self._hashed(style)}; {scripts}"
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )

    def render(self, name: str, **values: object) -> str:
        """Fill a template in; values are escaped, unless they are Markup."""
        return self._environment.get_template(name).render(**values)

    def _hashed(self, name: str) -> str:
        digest = sha256(_text(self._folder / name).encode()).digest()
        return f"'sha256-{b64encode(digest).decode()}'"


@cache
def _text(path: Path) -> str:
    return path.read_text("utf-8")
