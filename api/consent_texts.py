"""The words of consents: what a party is shown, says yes to, and may read again ever after.

A wording is never changed nor removed: it is part of the evidence. Another one is a version more, and
`storage.consents.kinds.TERMS` says which versions still count.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pydantic import BaseModel

from api.bilingual import Words
from storage.consents.kinds import ConsentPurpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What may be consented to, in both languages: its name, and all that is said of it."""

    title: Words
    text: Words


class InBothLanguages(BaseModel):
    """A text in Vietnamese and English."""

    vi: str
    en: str

    @classmethod
    def of(cls, words: Words) -> "InBothLanguages":
        """Return them as they are told."""
        return cls(vi=words.vi, en=words.en)


class WordingShown(BaseModel):
    """What is consented to: its name, and all that is said of it."""

    title: InBothLanguages
    text: InBothLanguages

    @classmethod
    def of(cls, wording: Wording) -> "WordingShown":
        """Return it as it is told."""
        return cls(title=InBothLanguages.of(wording.title), text=InBothLanguages.of(wording.text))


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
        ),
        (ConsentPurpose.REUSE.value, 1): Wording(
            title=Words("Cho cơ quan dùng lại giấy tờ đã có", "Let an agency use results again"),
            text=Words(
                "Tôi đồng ý cho cơ quan nêu trong yêu cầu này xem và tải những giấy tờ mà tôi chọn trong kho "
                "của mình, chỉ để giải quyết thủ tục nêu trong yêu cầu, thay cho việc tôi phải nộp lại. "
                "Sự đồng ý này chỉ dành cho yêu cầu này và hết hiệu lực vào ngày ghi trong yêu cầu. Mỗi lần "
                "cơ quan mở giấy tờ đều được ghi lại và báo cho tôi. Không đồng ý thì tôi nộp giấy tờ như "
                "trước đây. Tôi có thể rút lại bất cứ lúc nào; từ lúc đó cơ quan không mở được nữa, còn "
                "những gì cơ quan đã tải về thì cơ quan xử lý theo quy định của pháp luật.",
                "I agree that the agency named in this request sees and fetches those documents of my store "
                "that I choose, only to carry out the procedure named in the request, so that I need not "
                "hand them in again. This is for this request alone, and ends on the day that it names. "
                "Each time the agency opens a document it is noted, and I am told. Without it I hand in my "
                "papers as before. I can withdraw at any time; from then on the agency can open nothing, and "
                "with what it fetched before it deals as the law says.",
            ),
        ),
    }
)
