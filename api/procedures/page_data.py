"""A procedure for search engines: schema.org GovernmentService as JSON-LD."""

from typing import Any

from markupsafe import Markup

from api.pages import data_for_script
from api.procedures.checklist_schemas import Checklist


def structured_data(found: Checklist) -> Markup:
    """Return the JSON-LD of a procedure, safe within a script element."""
    return data_for_script(_filled(_described(found)))


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
