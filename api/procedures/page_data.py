"""A procedure for search engines: schema.org GovernmentService as JSON-LD."""

import json
from typing import Any

from markupsafe import Markup

from api.procedures.checklist_schemas import Checklist

# A script element ends at the first "</script", wherever that stands (HTML, 13.1.2.6 and 4.12.1.3).
_ESCAPES = str.maketrans({sign: f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"})


def structured_data(found: Checklist) -> Markup:
    """Return the JSON-LD of a procedure, safe within a script element."""
    text = json.dumps(_filled(_described(found)), ensure_ascii=False, separators=(",", ":"))
    return Markup(text.translate(_ESCAPES))  # noqa: S704 - JSON in which nothing is left that HTML reads


def _described(found: Checklist) -> dict[str, Any]:
    return {
        "@context": "https://schema.org",
        "@type": "GovernmentService",
        "identifier": found.code,
        "name": found.name,
        "serviceType": found.field,
        "url": found.page_url,
        "inLanguage": found.content_language,
        "areaServed": {"@type": "Country", "name": "Việt Nam"},
        "serviceOperator": _organisation(found.where.agency),
        "provider": _organisation(found.where.promulgating_agency),
        "audience": [
            {"@type": "Audience", "audienceType": applicant.label} for applicant in found.applicants
        ],
        "availableChannel": found.apply_url
        and {"@type": "ServiceChannel", "serviceUrl": found.apply_url, "availableLanguage": "vi"},
    }


def _organisation(name: str | None) -> dict[str, str] | None:
    return {"@type": "GovernmentOrganization", "name": name} if name else None


def _filled(described: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in described.items() if value}
