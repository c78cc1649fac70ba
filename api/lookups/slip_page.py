"""The receipt slip as a page to be printed, and to be read aloud."""

from fastapi import Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from api.lookups import qr
from api.lookups.qr import Matrix
from api.lookups.schemas import Slip
from api.lookups.templates import templates

_STYLE = "slip.css"
_TEXTS = {
    "vi": {
        "title": "Phiếu tra cứu hồ sơ",
        "lead": "Quét mã QR bằng điện thoại để xem hồ sơ đang ở bước nào. Không cần tài khoản.",
        "qr": "Mã QR mở trang tra cứu hồ sơ",
        "code": "Mã hồ sơ",
        "secret": "Mã bí mật",
        "by_hand": "Không quét được? Mở trang này rồi nhập hai mã ở trên:",
        "keep": "Hãy giữ phiếu cẩn thận: ai có mã bí mật đều xem được hồ sơ đang ở bước nào. "
        "Trang tra cứu không hiện tên, số giấy tờ hay nội dung hồ sơ.",
        "letters": "Mã bí mật không có chữ O, I, L, U. Không phân biệt chữ hoa và chữ thường.",
    },
    "en": {
        "title": "Dossier look-up slip",
        "lead": "Scan the QR code with a phone to see how the dossier stands. No account is needed.",
        "qr": "QR code that opens the look-up of the dossier",
        "code": "Dossier code",
        "secret": "Secret",
        "by_hand": "It does not scan? Open this page and type the two codes above:",
        "keep": "Keep this slip with care: whoever has the secret can see how the dossier stands. "
        "The look-up shows no name, no number and nothing of what the dossier says.",
        "letters": "The secret has no letters O, I, L, U. Capital and small letters are the same.",
    },
}


def page(slip: Slip, modules: Matrix, locale: str) -> Response:
    """Return the page, in `vi` or `en`."""
    texts = _TEXTS[locale]
    content = templates.render(
        "slip.html",
        locale=locale,
        text=texts,
        style=templates.source(_STYLE),
        slip=slip,
        address=slip.url.partition("#")[0],
        qr=Markup(qr.svg(modules, texts["qr"])),  # noqa: S704 - drawn from numbers, with a label of ours
    )
    headers = {
        "cache-control": "no-store",
        "content-language": locale,
        "content-security-policy": templates.policy(style=_STYLE),
        "vary": "accept, accept-language",
    }
    return HTMLResponse(content, headers=headers)
