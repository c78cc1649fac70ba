"""The words of the home page."""

TEXTS = {
    "vi": {
        "title": "Việc cần làm",
        "nothing": "Không có gì đang chờ.",
        "messages_waiting": "{count} hồ sơ chờ trả lời",
        "messages_unread": "{count} có tin chưa đọc",
        "messages_supplied": "{count} đã bổ sung đủ",
        "questions_overdue": "{count} câu hỏi quá hạn trả lời",
        "questions_waiting": "{count} câu hỏi chờ trả lời",
        "questions_stale": "{count} câu trả lời đã cũ",
        "moderation_waiting": "{count} câu trả lời chờ kiểm duyệt",
        "ratings_alarming": "{count} cơ quan có tỷ lệ không hài lòng tăng, chưa trả lời",
        "roles": "Vai trò của bạn",
        "agency": "Cơ quan",
        "role": "Vai trò",
        "until": "Đến",
        "no_end": "không thời hạn",
        "everywhere": "toàn hệ thống",
        "viewer": "Xem",
        "officer": "Cán bộ xử lý",
        "supervisor": "Phụ trách",
        "moderator": "Kiểm duyệt",
        "operator": "Vận hành",
        "none": "Bạn chưa có vai trò nào đang có hiệu lực, nên chưa có việc gì ở đây. Hãy hỏi người phụ "
        "trách của cơ quan.",
        "operator_alone": "Bạn vận hành hệ thống. Người vận hành không đọc hồ sơ, tin nhắn hay câu hỏi của "
        "người dân, nên ở đây không có việc gì cho vai trò này; việc vận hành làm bằng lệnh tindan.",
    },
    "en": {
        "title": "To do",
        "nothing": "Nothing is waiting.",
        "messages_waiting": "Dossiers waiting for an answer: {count}",
        "messages_unread": "With unread messages: {count}",
        "messages_supplied": "With the supplement supplied: {count}",
        "questions_overdue": "Questions overdue: {count}",
        "questions_waiting": "Questions waiting: {count}",
        "questions_stale": "Stale answers: {count}",
        "moderation_waiting": "Answers to moderate: {count}",
        "ratings_alarming": "Agencies with more people dissatisfied, unanswered: {count}",
        "roles": "Your roles",
        "agency": "Agency",
        "role": "Role",
        "until": "Until",
        "no_end": "no end set",
        "everywhere": "the whole installation",
        "viewer": "Viewer",
        "officer": "Officer",
        "supervisor": "Supervisor",
        "moderator": "Moderator",
        "operator": "Operator",
        "none": "You hold no role at the moment, and so there is nothing for you to do here. Ask whoever is "
        "in charge at your agency.",
        "operator_alone": "You operate the installation. Operators read no dossiers, messages or questions "
        "of people, so there is nothing to do here for this role; what operators do is done with the "
        "command tindan.",
    },
}
