"""The words of signing in at the officers' page; `refused_…` are the reasons why it did not come about."""

TEXTS = {
    "vi": {
        "title": "Đăng nhập dành cho cán bộ",
        "lead": "Trang này để cán bộ trả lời tin nhắn, câu hỏi, phản ánh và đánh giá của người dân. Bạn đăng "
        "nhập bằng tài khoản công vụ của cơ quan.",
        "logged": "Mỗi lần mở nội dung của người dân đều được ghi lại, và người đó xem được ai đã đọc.",
        "begin": "Đăng nhập bằng tài khoản công vụ",
        "citizens": "Người dân dùng ứng dụng hoặc trang tra cứu hồ sơ.",
        "done_signed-out": "Bạn đã đăng xuất.",
        "closed_title": "Chưa đăng nhập được ở đây",
        "closed": "Hệ thống này chưa khai báo nơi xác thực tài khoản cán bộ (TINDAN_STAFF_ISSUER). "
        "Hãy báo người vận hành.",
        "again": "Đăng nhập lần nữa",
        "refused_denied_title": "Bạn chưa được vào trang này",
        "refused_denied": "Tài khoản công vụ của bạn chưa được mời vào hệ thống, hoặc đã bị khoá. Hãy nhờ "
        "người phụ trách của cơ quan mời bằng đúng địa chỉ thư công vụ. Nếu bạn vừa bấm huỷ, chỉ cần đăng "
        "nhập lần nữa.",
        "refused_away_title": "Nơi xác thực tạm thời gián đoạn",
        "refused_away": "Chưa hỏi được hệ thống tài khoản công vụ, hoặc có quá nhiều lượt đăng nhập cùng "
        "lúc. Hãy chờ một phút rồi thử lại.",
        "refused_expired_title": "Lượt đăng nhập này không dùng được",
        "refused_expired": "Lượt đăng nhập đã quá 10 phút, đã dùng rồi, hoặc bắt đầu từ trình duyệt khác. "
        "Chưa có ai được đăng nhập.",
    },
    "en": {
        "title": "Sign-in for officers",
        "lead": "Here officers answer people’s messages, questions, complaints and ratings. You sign in with "
        "the work account that your agency gave you.",
        "logged": "Whenever you open what somebody wrote, that is recorded, and they can see who read it.",
        "begin": "Sign in with the work account",
        "citizens": "If you are no officer, use the app or the page that looks dossiers up.",
        "done_signed-out": "You are signed out.",
        "closed_title": "Nobody can sign in here yet",
        "closed": "This installation names no provider of officers’ accounts (TINDAN_STAFF_ISSUER). Tell "
        "whoever operates it.",
        "again": "Sign in again",
        "refused_denied_title": "You are not let in here",
        "refused_denied": "Your work account has not been invited, or was shut out. Ask whoever is in charge "
        "at your agency to invite your very work address. If you have just cancelled, sign in again.",
        "refused_away_title": "The provider of accounts is away",
        "refused_away": "It could not be asked, or too many are signing in at once. Wait for a minute and "
        "try again.",
        "refused_expired_title": "This sign-in can not be used",
        "refused_expired": "It took more than 10 minutes, was used already, or began in another browser. "
        "Nobody was signed in.",
    },
}
