"""Pages that a browser gets: templates, and a policy that lets in their own style and script alone."""

import json
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup


class Pages:
    """The pages of one feature.

    Args:
        folder: where its templates, styles and scripts are.
        forms: whether they send forms, which then lead to this service alone.
    """

    def __init__(self, folder: Path, *, forms: bool = False) -> None:
        self._folder, self._forms = folder, forms
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def source(self, *names: str) -> Markup:
        """Return a style, or a script in so many parts, as it stands in its page."""
        return Markup("\n".join(_text(self._folder / name) for name in names))  # noqa: S704 - files of ours

    def policy(self, *, style: str, script: str | tuple[str, ...] = ()) -> str:
        """Return a Content-Security-Policy (CSP level 3) for a page with one style and perhaps a script.

        The script may call this service, and nobody else; nothing may be embedded or loaded.
        """
        parts = (script,) if isinstance(script, str) else script
        scripts = f"script-src {self._hashed(*parts)}; connect-src 'self'; " if parts else ""
        targets = "'self'" if self._forms else "'none'"
        return (
            f"default-src 'none'; style-src {self._hashed(style)}; {scripts}"
            f"base-uri 'none'; form-action {targets}; frame-ancestors 'none'"
        )

    def render(self, name: str, **values: object) -> str:
        """Fill a template in; values are escaped, unless they are Markup."""
        return self._environment.get_template(name).render(**values)

    def _hashed(self, *names: str) -> str:
        digest = sha256(self.source(*names).encode()).digest()
        return f"'sha256-{b64encode(digest).decode()}'"


# A script element ends at the first "</script", wherever that stands (HTML, 13.1.2.6 and 4.12.1.3).
_ESCAPES = str.maketrans({sign: f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"})


def data_for_script(data: Any) -> Markup:
    """Return JSON that is safe within a script element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.translate(_ESCAPES))  # noqa: S704 - JSON in which nothing is left that HTML reads


@cache
def _text(path: Path) -> str:
    return path.read_text("utf-8")
