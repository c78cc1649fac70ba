"""The words of the pages of scores."""

from collections.abc import Mapping

TEXTS: Mapping[str, Mapping[str, str]] = {
    "vi": {
        "language": "Tiếng Việt",
        "skip": "Đến nội dung chính",
        "scores": "Chấm điểm phục vụ",
        "lead": "Mỗi tháng, các cơ quan giải quyết hồ sơ đúng hạn, trực tuyến và làm người dân hài lòng đến "
        "đâu.",
        "newest": "Xem {month}",
        "months": "Các tháng",
        "months_none": "Chưa có tháng nào được chấm điểm.",
        "running": "chưa kết thúc",
        "path": "Đang xem",
        "country": "Cả nước",
        "provisional": "Tháng này chưa kết thúc, số liệu còn thay đổi.",
        "all": "Tất cả hồ sơ kết thúc trong {month}, gồm cả các cơ quan bên dưới: {count}.",
        "all_country": "Tất cả hồ sơ kết thúc trong {month}: {count}.",
        "nobody": "Không có hồ sơ nào kết thúc trong tháng này.",
        "total": "Tổng điểm",
        "total_part": "Tổng điểm so với điểm tối đa",
        "of": "trên {out_of} điểm",
        "most": "{most} điểm",
        "points_none": "Điểm",
        "hidden": "không hiển thị",
        "hidden_why": "Nhóm dưới {least} hồ sơ không hiển thị, và cả nhóm mà từ đó tính ra được nhóm như "
        "vậy: để không ai biết được hồ sơ của riêng ai.",
        "hidden_brief": "ẩn",
        "nothing": "không có hồ sơ để tính",
        "nothing_brief": "không có",
        "criteria": "Theo từng tiêu chí",
        "criterion": "Tiêu chí",
        "counted": "Hồ sơ được tính",
        "percent": "Đạt",
        "points": "Điểm",
        "on_time": "Đúng hạn",
        "online": "Trực tuyến",
        "digitised": "Số hóa kết quả",
        "satisfaction": "Hài lòng",
        "mark": "Vạch đậm trong biểu đồ là mức 90%: từ đó trở lên được đủ điểm.",
        "by": "So sánh theo",
        "trend": "{count} tháng gần nhất",
        "trend_one": "Tháng gần nhất",
        "trend_making": "Số liệu của các tháng gần nhất đang được tổng hợp. Hãy tải lại trang sau một phút.",
        "trend_chart": "Biểu đồ cột: {by}, {months}. Số liệu ở bảng bên dưới.",
        "trend_note": "Chỉ gồm các tháng đã kết thúc. Dấu “–” là tháng không hiển thị hoặc không có hồ sơ "
        "để tính.",
        "month": "Tháng",
        "dossiers": "Hồ sơ",
        "below": "Các cơ quan bên dưới",
        "below_country": "Tỉnh, thành phố, bộ, ngành",
        "below_note": "Xếp theo: {by}. Cơ quan không có số được xếp cuối, theo mã.",
        "agency": "Cơ quan",
        "rank": "Hạng",
        "pages": "Các trang",
        "range": "{first}–{last} trong {all}",
        "before": "Trang trước",
        "after": "Trang sau",
        "earlier": "Tháng trước",
        "later": "Tháng sau",
        "how": "Điểm được tính thế nào",
        "how_whole": "Mỗi hồ sơ được tính vào tháng mà nó kết thúc, cho cơ quan giải quyết và các cơ quan "
        "cấp trên. Tiêu chí theo Quyết định 766/QĐ-TTg. Trong 100 điểm của quyết định, ở đây có 72 điểm: "
        "những điểm tính được từ hồ sơ, đánh giá và phản ánh.",
        "how_full": "Đạt từ 90% trở lên thì được đủ điểm của tiêu chí. Dưới 90%, điểm giảm theo tỷ lệ.",
        "how_on_time": "Hồ sơ kết thúc không muộn hơn ngày hẹn, không kể thời gian chờ người dân bổ sung. "
        "Hồ sơ bị yêu cầu bổ sung nhiều hơn một lần mà không có kết quả là trễ hạn. Không tính hồ sơ không "
        "có ngày hẹn.",
        "how_online": "Hồ sơ nộp qua mạng và, nếu có kết quả, kết quả có bản điện tử. Không tính hồ sơ "
        "không rõ cách nộp.",
        "how_digitised": "Kết quả có bản điện tử. Không tính hồ sơ bị từ chối hoặc dừng giải quyết.",
        "how_satisfaction": "100% trừ tỷ lệ trễ hạn, rồi trừ tỷ lệ bị phản ánh hoặc bị đánh giá là không "
        "hài lòng. Đánh giá không ghi tên ai, nên hồ sơ vừa bị phản ánh vừa bị đánh giá không hài lòng được "
        "tính hai lần.",
        "how_part": "Khi một tiêu chí không hiển thị hoặc không có hồ sơ để tính, điểm tối đa nhỏ hơn 72. "
        "Vì vậy các cơ quan được so sánh theo tỷ lệ điểm đạt được trên điểm tối đa. Mỗi số được làm tròn "
        "riêng.",
        "how_fresh": "Số liệu chậm khoảng 15 phút. Đánh giá, phản ánh và tên cơ quan chậm đến một giờ. "
        "Tháng đã qua vẫn thay đổi khi cơ quan gửi thông tin muộn.",
        "data": "Dữ liệu mở",
        "data_note": "Cùng những số này, của tất cả cơ quan trong tháng, tại địa chỉ không đổi:",
        "data_json": "JSON",
        "data_csv": "CSV",
        "data_schema": "Mô tả các trường",
        "data_months": "Danh sách các tháng",
        "missing": "Không có điểm để xem",
        "missing_month": "Không có hồ sơ nào được tính cho tháng này, hoặc địa chỉ bị sai.",
        "missing_agency": "Trong {month} không có hồ sơ nào của cơ quan mang mã “{code}” kết thúc, hoặc "
        "không có cơ quan này.",
        "see_month": "Xem cả nước, {month}",
        "see_months": "Xem các tháng",
    },
    "en": {
        "language": "English",
        "skip": "Go to the content",
        "scores": "Service scores",
        "lead": "Month by month: how far agencies handle dossiers on time and online, and please those they "
        "serve.",
        "newest": "See {month}",
        "months": "Months",
        "months_none": "No month has been scored yet.",
        "running": "not over yet",
        "path": "You are here",
        "country": "The whole country",
        "provisional": "This month is not over, and its figures still change.",
        "all": "All dossiers that ended in {month}, those of agencies below included: {count}.",
        "all_country": "All dossiers that ended in {month}: {count}.",
        "nobody": "No dossier ended in this month.",
        "total": "All points",
        "total_part": "All points, of those that could be reached",
        "of": "of {out_of} points",
        "most": "{most} points",
        "points_none": "Points",
        "hidden": "not shown",
        "hidden_why": "Groups of fewer than {least} dossiers are not shown, nor those that would give such "
        "a group away: so that nobody learns of a single person’s dossier.",
        "hidden_brief": "hidden",
        "nothing": "no dossier counts",
        "nothing_brief": "none",
        "criteria": "Criterion by criterion",
        "criterion": "Criterion",
        "counted": "Dossiers counted",
        "percent": "Met",
        "points": "Points",
        "on_time": "On time",
        "online": "Online",
        "digitised": "Digital results",
        "satisfaction": "Satisfaction",
        "mark": "The dark mark in the charts is at 90%: all points are given from there on.",
        "by": "Compare by",
        "trend": "The last {count} months",
        "trend_one": "The last month",
        "trend_making": "The last months are being summed up. Load this page again in a minute.",
        "trend_chart": "Column chart: {by}, {months}. The table below has the figures.",
        "trend_note": "Only months that are over. A dash is a month that is not shown, or in which no "
        "dossier counts.",
        "month": "Month",
        "dossiers": "Dossiers",
        "below": "Agencies below",
        "below_country": "Provinces, cities and ministries",
        "below_note": "Sorted by: {by}. Those without a figure come last, by their codes.",
        "agency": "Agency",
        "rank": "Rank",
        "pages": "Pages",
        "range": "{first}–{last} of {all}",
        "before": "Page before",
        "after": "Next page",
        "earlier": "Month before",
        "later": "Next month",
        "how": "How points are reckoned",
        "how_whole": "A dossier counts in the month in which it ends, for the agency that handled it and "
        "all above that. The criteria are those of Decision 766/QĐ-TTg. Of its 100 points 72 are here: "
        "those that dossiers, ratings and complaints bear out.",
        "how_full": "From 90% on a criterion gives all its points. Below, points are in proportion.",
        "how_on_time": "The dossier ended no later than promised, not counting waits for the citizen. One "
        "for which more was asked more than once and that came to no result is late. Those without a due "
        "time do not count.",
        "how_online": "The dossier was sent in over the network and its result, if there is one, is there "
        "electronically. Those whose channel is not known do not count.",
        "how_digitised": "The result is there electronically. Dossiers that were refused or stopped do not "
        "count.",
        "how_satisfaction": "100% less the share that was late, and less the share complained about or "
        "rated as dissatisfying. Ratings bear nobody’s name, so a dossier with both counts twice.",
        "how_part": "Where a criterion is not shown, or no dossier counts for it, fewer than 72 points can "
        "be reached. So agencies are compared by the share of points that they reached of those they could. "
        "Each figure is rounded by itself.",
        "how_fresh": "Figures are some 15 minutes old; ratings, complaints and names of agencies up to an "
        "hour. Past months still change when agencies report late.",
        "data": "Open data",
        "data_note": "The same figures of all agencies in this month, at addresses that stay:",
        "data_json": "JSON",
        "data_csv": "CSV",
        "data_schema": "What the fields mean",
        "data_months": "List of months",
        "missing": "There is no score to see",
        "missing_month": "No dossier counts in this month, or the address is wrong.",
        "missing_agency": "In {month} no dossier ended of an agency with the code “{code}”, or there is "
        "none.",
        "see_month": "See the whole country, {month}",
        "see_months": "See the months",
    },
}
