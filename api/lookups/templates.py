"""The pages of this feature: templates, and a policy that lets in their own style and script alone."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

_FOLDER = Path(__file__).parent / "pages"
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@cache
def source(name: str) -> Markup:
    """Return a style or a script as it stands in its page."""
    return Markup((_FOLDER / name).read_text("utf-8"))  # noqa: S704 - a file of ours


@cache
def policy(*, style: str, script: str | None = None) -> str:
    """Return a Content-Security-Policy (CSP level 3) for a page with one style and perhaps a script.

    The script may call this service, and nobody else; nothing may be embedded or loaded.
    """
    scripts = f"script-src {_hashed(script)}; connect-src 'self'; " if script else ""
    return (
        f"default-src 'none'; style-src {_hashed(style)}; {scripts}"
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def render(name: str, **values: object) -> str:
    """Fill a template in; values are escaped, unless they are Markup."""
    return _ENVIRONMENT.get_template(name).render(**values)


def _hashed(name: str) -> str:
    return f"'sha256-{b64encode(sha256(source(name).encode()).digest()).decode()}'"
