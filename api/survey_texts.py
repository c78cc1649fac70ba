"""What can be wrong with surveys, their forms and their answers, in Vietnamese and English."""

from api.bilingual import Words

SURVEY_TITLES: dict[str, Words] = {
    "survey-not-yet": Words("Khảo sát chưa mở", "The survey is not open yet"),
    "survey-closed": Words("Khảo sát đã đóng", "The survey is closed"),
    "survey-changed": Words("Khảo sát vừa thay đổi", "The survey has changed"),
    "survey-answered": Words("Bạn đã trả lời khảo sát này", "You have answered this survey"),
    "survey-answer-id-reused": Words(
        "Mã câu trả lời đã dùng cho nội dung khác", "The answer's id was used for another one"
    ),
    "survey-elsewhere": Words("Khảo sát này trả lời ở trang khác", "The survey is answered elsewhere"),
    "survey-fixed": Words("Khảo sát đã từng mở", "The survey was opened already"),
    "survey-code-taken": Words("Mã khảo sát đã có cơ quan khác dùng", "Another agency has this survey"),
    "too-few-answers": Words("Chưa đủ câu trả lời", "There are too few answers"),
}

SURVEY_DETAILS: dict[str, Words] = {
    "survey-not-yet": Words(
        "Chưa ghi nhận gì. Hãy quay lại khi khảo sát mở.", "Nothing was kept. Come back once it is open."
    ),
    "survey-closed": Words(
        "Chưa ghi nhận gì: đã hết thời gian trả lời.", "Nothing was kept: the time for answers is over."
    ),
    "survey-changed": Words(
        "Chưa ghi nhận gì. Hãy mở lại khảo sát: phiên bản hiện hành là {version}.",
        "Nothing was kept. Open the survey again: version {version} is in force.",
    ),
    "survey-answered": Words(
        "Mỗi lời mời trả lời một lần. Câu trả lời trước của bạn được giữ nguyên.",
        "An invitation is answered once. What you answered before stays as it is.",
    ),
    "survey-answer-id-reused": Words(
        "Mỗi câu trả lời mới cần một mã ngẫu nhiên mới.", "Every new answer needs a new random id."
    ),
    "survey-elsewhere": Words(
        "Chưa ghi nhận gì. Hãy mở địa chỉ 'page' của khảo sát.", "Nothing was kept. Open the survey's 'page'."
    ),
    "survey-fixed": Words(
        "Sau khi khảo sát đã mở, không đổi được cơ quan chủ trì, nơi trả lời và việc khảo sát dành "
        "cho mọi người hay cho người được mời. Hãy tạo khảo sát mới.",
        "Once it was opened it stays whose it is, where it is answered, and for everybody or for those "
        "invited. Make a new survey.",
    ),
    "survey-code-taken": Words("Hãy chọn mã khác.", "Choose another code."),
    "too-few-answers": Words(
        "Có dưới {least} câu trả lời: xuất ra có thể lộ người trả lời. Hãy chờ thêm.",
        "There are fewer than {least} answers: whoever gave them might be guessed. Wait for more.",
    ),
}

SURVEY_ERRORS: dict[str, Words] = {
    "dict_type": Words("Phải là một đối tượng JSON.", "Must be a JSON object."),
    "uuid_version": Words("Phải là UUID ngẫu nhiên (phiên bản 4).", "Must be a random UUID (version 4)."),
    "survey-question-type": Words(
        "Câu hỏi phải có 'type' là string, array, integer hoặc boolean.",
        "A question's 'type' is string, array, integer or boolean.",
    ),
    "survey-options-repeated": Words("Có lựa chọn bị lặp lại.", "An option stands there twice."),
    "survey-scale": Words("Thang điểm có từ 2 đến {most} mức.", "A scale has 2 to {most} steps."),
    "survey-required": Words(
        "'required' chỉ gồm tên câu hỏi, mỗi tên một lần.", "'required' names each question at most once."
    ),
    "survey-order": Words(
        "'x-order' gồm tên của mọi câu hỏi, mỗi tên một lần.", "'x-order' names each question once."
    ),
    "survey-audience": Words(
        "'agency_code', 'procedures' và 'ended_within_days' chỉ dùng khi 'kind' là dossiers.",
        "'agency_code', 'procedures' and 'ended_within_days' go with the kind 'dossiers' alone.",
    ),
    "survey-dates": Words(
        "Phải sau hiện tại và sau thời điểm mở.", "Must be later than now, and than the opening."
    ),
    "agency-not-yours": Words(
        "Bạn không đại diện cho cơ quan '{value}'.", "You do not speak for the agency '{value}'."
    ),
}
