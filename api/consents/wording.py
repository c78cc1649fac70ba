"""The words of consents: what a party is shown, says yes to, and may read again ever after.

A wording is never changed nor removed: it is part of the evidence. Another one is a version more, and
`storage.consents.kinds.TERMS` says which versions still count.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from api.bilingual import Words
from storage.consents.kinds import ConsentPurpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What may be consented to, in both languages: its name, and all that is said of it."""

    title: Words
    text: Words


WORDINGS: Mapping[tuple[str, int], Wording] = MappingProxyType(
    {
        (ConsentPurpose.READ_RECEIPTS.value, 1): Wording(
            title=Words("Báo cho cơ quan khi đã xem tin nhắn", "Tell the agency that messages were read"),
            text=Words(
                "Tôi đồng ý cho cơ quan giải quyết hồ sơ của tôi biết thời điểm tôi, hoặc người thay mặt "
                "tôi, đã xem tin nhắn của cơ quan về hồ sơ đó, để cơ quan biết tin đã đến nơi. "
                "Sự đồng ý này áp dụng cho các hồ sơ của tôi, với những tin được xem từ khi đồng ý đến khi "
                "rút lại. Không đồng ý thì việc giải quyết hồ sơ không thay đổi. Tôi có thể rút lại bất cứ "
                "lúc nào ngay tại đây; từ lúc đó hệ thống không cho cơ quan biết nữa, kể cả những lần xem "
                "trước.",
                "I agree that the agency which handles a dossier of mine sees when I, or who acts for me, "
                "have read its messages about that dossier, so that it knows that they arrived. "
                "This is for all dossiers of mine, and for what is read from when I agree until I withdraw. "
                "Without it my dossiers are handled just the same. I can withdraw at any time, in this very "
                "place; from then on the agency is told no more, neither of later readings nor of former "
                "ones.",
            ),
        )
    }
)
