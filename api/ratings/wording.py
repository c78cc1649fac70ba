"""What may be chosen in a rating, in the words that people see."""

from collections.abc import Mapping
from types import MappingProxyType

from api.bilingual import Words
from storage.ratings.kinds import Reason, Satisfaction

LEVELS: Mapping[Satisfaction, Words] = MappingProxyType(
    {
        Satisfaction.DISSATISFIED: Words("Không hài lòng", "Dissatisfied"),
        Satisfaction.SATISFIED: Words("Hài lòng", "Satisfied"),
        Satisfaction.VERY_SATISFIED: Words("Rất hài lòng", "Very satisfied"),
    }
)
"""As the form of Decision 766/QD-TTg calls them."""

REASONS: Mapping[Reason, Words] = MappingProxyType(
    {
        Reason.LATE: Words("Trả kết quả trễ hẹn", "The result came late"),
        Reason.ASKED_AGAIN: Words("Phải bổ sung giấy tờ nhiều lần", "Papers were asked for again and again"),
        Reason.UNCLEAR_GUIDANCE: Words("Hướng dẫn không rõ ràng", "The guidance was unclear"),
        Reason.DISCOURTEOUS: Words("Thái độ phục vụ chưa tốt", "The staff were not courteous"),
        Reason.EXTRA_COSTS: Words("Phát sinh chi phí ngoài quy định", "It cost more than the rules say"),
        Reason.HARD_ONLINE: Words("Nộp trực tuyến khó sử dụng", "The online service was hard to use"),
        Reason.WRONG_RESULT: Words("Kết quả có sai sót", "The result had errors"),
        Reason.ON_TIME: Words("Trả kết quả đúng hoặc sớm hẹn", "The result came on time, or sooner"),
        Reason.SIMPLE_PAPERS: Words("Giấy tờ, thủ tục đơn giản", "Papers and steps were simple"),
        Reason.CLEAR_GUIDANCE: Words("Hướng dẫn rõ ràng", "The guidance was clear"),
        Reason.COURTEOUS: Words("Thái độ phục vụ tốt", "The staff were courteous"),
        Reason.EASY_ONLINE: Words("Nộp trực tuyến dễ sử dụng", "The online service was easy to use"),
    }
)
