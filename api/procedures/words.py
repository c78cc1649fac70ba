"""How the values of filters are called."""

from api.bilingual import Words
from api.problem_texts import word
from storage.search.facts import Facet

_LABELS: dict[Facet, dict[str, Words]] = {
    Facet.LEVEL: {
        "ministry": Words("Cấp Bộ", "Ministry"),
        "province": Words("Cấp tỉnh", "Province"),
        "commune": Words("Cấp xã", "Commune"),
        "other": Words("Cơ quan khác", "Other agencies"),
    },
    Facet.APPLICANT: {
        "citizen": Words("Công dân Việt Nam", "Vietnamese citizens"),
        "overseas_vietnamese": Words("Người Việt Nam định cư ở nước ngoài", "Vietnamese who live abroad"),
        "foreigner": Words("Người nước ngoài", "Foreigners"),
        "official": Words("Cán bộ, công chức, viên chức", "Officials"),
        "enterprise": Words("Doanh nghiệp", "Enterprises"),
        "foreign_enterprise": Words("Doanh nghiệp có vốn đầu tư nước ngoài", "Foreign-invested enterprises"),
        "cooperative": Words("Hợp tác xã", "Cooperatives"),
        "organisation": Words("Tổ chức", "Organisations"),
        "foreign_organisation": Words("Tổ chức nước ngoài", "Foreign organisations"),
        "other": Words("Đối tượng khác", "Others"),
    },
    Facet.ONLINE: {
        "full": Words("Trực tuyến toàn trình", "Wholly online"),
        "partial": Words("Trực tuyến một phần", "Partly online"),
    },
}


def label(facet: Facet, value: str, locale: str) -> str:
    """Return what a value is called in `vi` or `en`; fields and agencies have their official name alone."""
    labels = _LABELS.get(facet, {})
    return word(labels, value, locale, {}) if value in labels else value
