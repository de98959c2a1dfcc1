"""The table of sentences a portal may answer, and what each means for what was told or asked after."""

import time
import unicodedata

import pytest

from services.gateway.domain.folding import unmarked
from services.gateway.domain.portal.answers.answer import PortalAnswer, PortalBusy, read_answer
from services.gateway.domain.portal.answers.held import HeldByPortal, read_look_up
from services.gateway.domain.portal.answers.verdicts import Session
from tests.unit.gateway.test_portal_verdicts import WORDS

DONE, ASKED, REFUSED, BUSY, SESSION, DOUBTED = "done", "asked after", "refused", "busy", "session", "doubted"


def verdict(answer: PortalAnswer) -> str:
    """Return what becomes of a row that is answered so, as the drivers and the sender go about it."""
    session = WORDS.session_of(answer)
    if session is not Session.GOOD:
        return SESSION if session is Session.ENDED else DOUBTED
    try:
        WORDS.judged(answer)
    except PortalBusy:
        return BUSY
    if answer.is_doubtful:
        return ASKED
    return DONE if answer.is_success else REFUSED


SAID_AT_NOUGHT = {
    DONE: """
        Thành công
        Cập nhật hồ sơ thành công
        Đồng bộ hồ sơ thành công!
        Thêm mới thành công hồ sơ 000.00.01.H99-260303-0001
        Thành công, 0 lỗi
        Thành công 1/1 hồ sơ
        Thành công: 1, thất bại: 0
        Đồng bộ thành công 1 hồ sơ, lỗi 0 hồ sơ
        Thành công: 10. Không thành công: 0
        Xử lý thành công 10/10 bản ghi, không có lỗi
        Xử lý thành công. Không phát sinh lỗi nào
        Thành công. Danh sách lỗi: []
        Thành công. Lỗi:
        Mã lỗi: 0 - Thành công
        Mã lỗi: 00, thành công
        Hồ sơ đã tồn tại, cập nhật thành công
        Đồng bộ câu trả lời thành công
        Trả lời công dân thành công
        Thao tác thực hiện thành công lúc 08:10 03/03/2026
        Đã tiếp nhận
        Đã tiếp nhận hồ sơ
        Đồng bộ dữ liệu hồ sơ lên Cổng Dịch vụ công quốc gia thành công
        Cập nhật trạng thái hồ sơ H99.201-260303-0001 thành công vào lúc 08:10
        Đã được cập nhật
        Đã đồng bộ
        Đã lưu phiên bản 2
        Đã ghi nhận
        Hoàn thành
        Hoàn tất xử lý
        OK
        ok
        Success
        Successful
        Successfully updated
        Succeeded
        Update success, 0 errors
        Success, no errors
        Completed without errors
        Success (error: null)
        Success. errors: 0
        Done
        Accepted
        Inserted 1 record
        H99.201-260303-0000001
        000.00.01.H99-260303-0001|1
        0
        200
        """,
    ASKED: """
        Đồng bộ thành công 0 hồ sơ, lỗi 1 hồ sơ
        Thành công: 0, thất bại: 1
        Thành công 0 hồ sơ
        Thành công 0, lỗi 1
        Xử lý thành công 0/1 bản ghi
        0/1 hồ sơ được đồng bộ
        0 hồ sơ được cập nhật
        Không có hồ sơ nào được đồng bộ
        Cập nhật không được thành công
        Cập nhật không thành công
        Cập nhật chưa thành công
        Không cập nhật thành công
        Chưa đồng bộ được thành công
        Thêm mới hồ sơ thất bại
        Kết nối thành công. Lỗi: MaTTHC không hợp lệ
        Kết nối thành công nhưng không lưu được dữ liệu
        Nhận dữ liệu thành công nhưng hồ sơ bị từ chối
        Nhận thành công, không đồng bộ hồ sơ
        Hồ sơ bị từ chối
        Từ chối tiếp nhận
        Sai mã thủ tục
        Sai định dạng ngày tiếp nhận
        Thiếu trường MaHoSo
        Trường MaTTHC là bắt buộc
        Mã thủ tục không hợp lệ
        Mã thủ tục không tồn tại trong danh mục
        Mã thủ tục không đúng
        Không tìm thấy hồ sơ
        Không lưu được dữ liệu
        Không thể cập nhật hồ sơ
        Không xác định được đơn vị
        Đơn vị chưa được cấp quyền
        Hồ sơ không được phép cập nhật
        Hồ sơ bị trùng
        Tệp đính kèm vượt quá dung lượng
        Có lỗi xảy ra
        Lỗi không xác định
        Lỗi hệ thống
        Xin lỗi, yêu cầu chưa được xử lý
        Unsuccessful
        Not successful
        Failed
        Failure
        Update failed
        Error: invalid data
        Error
        An error occurred
        Exception: NullReferenceException
        Invalid MaTTHC
        MaTTHC is required
        Dossier not found
        Rejected
        Request denied
        Could not save record
        The record was not saved
        Duplicate key
        Success: 1, failed: 1
        Thành công: không
        success=false
        Success: N
        Updated 0
        Received but ignored
        Done: skipped
        Thành công một phần
        Đã nhận, hồ sơ không thuộc thẩm quyền
        Đã nhận, thủ tục đã bãi bỏ
        Đã nhận. MaTTHC không xác nhận
        Đã nhận yêu cầu, hồ sơ sẽ được kiểm tra trước khi lưu
        Kết nối thành công, hồ sơ chờ kiểm duyệt
        Đang xử lý
        Hồ sơ đã xác thực, đang chờ xử lý
        Đang chờ xử lý
        Hồ sơ đang được xếp hàng
        Hệ thống đang bảo trì lúc 23h
        Vui lòng chờ
        Đã lưu lĩnh vực Thủy lợi thành công
        Giới thiệu việc làm: cập nhật thành công
        Hỗ trợ đồng bào dân tộc thiểu số: đồng bộ thành công
        Cập nhật phiên làm việc thành công
        Đã nhận yêu cầu, đang xử lý
        Đã nhận bản tin. Mã giao dịch 123, kết quả xử lý trả sau
        Đã tiếp nhận bản tin, chưa xử lý
        Gửi thành công tới trục, chờ DVCQG phản hồi
        Gửi thành công
        Kết nối thành công
        Gọi dịch vụ thành công
        Tra cứu thành công
        Thao tác thành công?
        Thành công 50%
        0 of 1 dossiers saved
        Saved: none
        Processed 1, succeeded 0
        No rows affected. OK
        OK, nothing to do
        OK. No changes
        Accepted for processing
        Test mode: success
        Đã đồng bộ (giả lập)
        Đã nhận. Hồ sơ đã khóa
        Đã nhận
        Thành công. Dữ liệu trùng, đã loại
        Thành công. Danh sách rỗng
        Xóa thành công
        Hệ thống bảo trì, đã nhận yêu cầu
        Success with rejects
        Hồ sơ đã bị xóa thành công
        Xin chào
        Pending
        Queued
        Đã lưu lĩnh vực Thủy lợi thành công
        Giới thiệu việc làm: cập nhật thành công
        Hỗ trợ đồng bào dân tộc thiểu số: đồng bộ thành công
        Cập nhật phiên làm việc thành công
        Thành công (không phải nộp phí)
        Success. No errors, null warnings
        Hồ sơ đã hết hạn xử lý, cập nhật thành công
        Đã nhận. Bản tin sẽ được đưa vào hàng đợi
        Đã nhận bản tin. Mã giao dịch 123, kết quả xử lý trả sau
        Đã nhận yêu cầu, đang xử lý
        Đã nhận yêu cầu. Đang xử lý bất đồng bộ
        Accepted for processing
        Request received, processing
        Received. Validation result will be sent later
        Đã tiếp nhận bản tin, chưa xử lý
        Đã nhận bản tin, mã TTHC lạ
        Đã nhận dữ liệu, dữ liệu không ghi vào CSDL
        Thành công; cơ quan đã giải thể
        Thành công: N
        Kết quả: thành công (0)
        Success: NO
        Đã cập nhật 0 hồ sơ
        Đã đồng bộ 0 hồ sơ
        Đã ghi 0 bản ghi, 1 bản ghi lỗi
        Đã ghi nhận: 1 lỗi
        Thành công 0/1
        Thành công: 0/1 hồ sơ
        Success 0 of 1
        0 of 1 dossiers saved
        Processed 1, succeeded 0
        Saved: none
        Đã lưu tạm
        Đã lưu nháp
        Đã lưu vào bảng tạm, chờ đối soát
        Đã gửi yêu cầu đến hệ thống đích
        Đã chuyển tiếp, chưa có phản hồi của hệ thống đích
        Hoàn thành kiểm tra: dữ liệu kém chất lượng, trả về đơn vị
        Đã xử lý xong: trả về
        Đã tạo phiếu từ chối
        Đã nhận. Đơn vị chưa kết nối
        Đã nhận. Hồ sơ nằm ngoài phạm vi
        Đã nhận. Hồ sơ ngoài danh mục
        Đã nhận. Hồ sơ đã khóa
        Hồ sơ đã khóa sổ, đã ghi nhận yêu cầu
        Success with rejects
        Complete with 1 exception
        OK, nothing to do
        OK. No changes
        No rows affected. OK
        1 rows received, nothing saved
        Completed with warnings
        Thành công (bản tin rỗng)
        Thành công. Danh sách rỗng
        Đã nhận bản tin rỗng
        Đã đồng bộ (giả lập)
        Test mode: success
        Môi trường thử nghiệm: thành công
        Thành công. Dữ liệu trùng, đã loại
        Đã nhận. Dữ liệu cũ hơn, giữ nguyên bản hiện có
        Đã cập nhật. Không thay đổi gì
        Thành công, hồ sơ đã hủy
        Hồ sơ đã bị xóa thành công
        Xóa thành công
        Đã xóa hồ sơ thành công
        Đã thu hồi thành công
        Đã nhận, hồ sơ chờ bổ sung mã TTHC
        Đã nhận, đang chờ đồng bộ
        Đã nhận, chờ cấp phép
        Thành công. Quý cơ quan cần khai lại
        Đã nhận hồ sơ, đề nghị kiểm tra lại mã thủ tục
        Đã nhận, đề nghị gửi bổ sung
        Hệ thống bảo trì, đã nhận yêu cầu
        Kết nối thành công
        Kết nối thành công tới máy chủ
        Gọi dịch vụ thành công
        Gửi thành công tới trục, chờ DVCQG phản hồi
        Gửi thành công
        Chuyển tiếp thành công
        Tra cứu thành công
        Truy vấn thành công
        ok?
        Thành công 50%
        Thành công (1 cảnh báo)
        Thành công: null
        success=null
        Thành  công: KHÔNG CÓ
        """,
    SESSION: """
        Phiên làm việc đã hết hạn
        Phiên đăng nhập không hợp lệ
        Phiên không tồn tại
        Session expired
        Invalid session
        Session không tồn tại
        SESSION_TIMEOUT
        SessionExpired
        """,
    DOUBTED: """
        Token không tồn tại hoặc đã hết hạn
        Bạn chưa đăng nhập
        Xác thực thành công
        Đăng nhập thành công
        Vui lòng đăng nhập lại
        Công dân chưa đăng nhập
        Yêu cầu xác thực
        Please login again
        Not logged in
        User not login
        LOGIN_REQUIRED
        Hết thời gian truy cập, mời thực hiện lại
        Ticket expired
        JWT expired
        Access key invalid
        Mã truy cập không đúng
        Thông tin xác thực không hợp lệ
        Khóa phiên không đúng
        Kết nối đã hết hiệu lực
        Quyền truy cập đã hết hạn
        session is null
        Không tìm thấy session
        Authentication failed
        """,
}
SAID_WITH_ANOTHER_CODE = {
    REFUSED: """
        Dữ liệu không hợp lệ
        Dữ liệu không hợp lệ, vui lòng kiểm tra và thử lại sau
        Mã TTHC 1.004873 không tồn tại, vui lòng thử lại sau
        Thiếu trường TenTTHC, thử lại sau khi bổ sung
        Vui lòng kiểm tra và thử lại
        Tệp bien-ban-phien-hop.pdf không tải được
        Không tải được tệp phiên-giao-dịch.docx
        Tệp bao-tri-thang-may.pdf không đọc được
        Trích yếu "Phiên họp HĐND" không hợp lệ
        Nội dung “bảo trì hệ thống” vượt quá độ dài
        Tệp hợp đồng bảo trì thang máy không hợp lệ
        Phiên bản biểu mẫu không đúng
        Thiếu trường MaHoSo
        Sai mã TTHC
        Mã thủ tục không tồn tại trong danh mục
        Hồ sơ không được phép cập nhật
        Hồ sơ đã tồn tại
        Đơn vị không được phép sử dụng dịch vụ này
        Invalid MaTTHC
        MaTTHC is required
        Field NgayTiepNhan is missing, please try again later
        Procedure not found, retry later
        Failed
        x
        """,
    BUSY: """
        Hệ thống đang bận, vui lòng thử lại sau
        Hệ thống đang bận vui lòng thử lại sau
        He thong dang bao tri
        Hệ thống đang bảo trì, dữ liệu không được nhận
        Dịch vụ tạm thời gián đoạn
        Dịch vụ đang quá tải
        Hệ thống quá tải, không lưu được hồ sơ
        Vui lòng thử lại sau
        Có lỗi xảy ra, vui lòng thử lại sau
        ORA-12541: TNS:no listener
        Connection timed out
        Read time-out
        Too many requests
        Service unavailable
        """,
    DOUBTED: """
        Trích yếu hồ sơ có phiên chợ không hợp lệ
        Session data: MaTTHC is invalid
        Tên hồ sơ có chữ phiên dịch không đúng
        Vui lòng đăng nhập lại
        Invalid token
        Chưa xác thực người dùng
        Công dân chưa được xác thực
        Access denied
        Unauthorized
        Please login again
        Not logged in
        Login required
        Authentication failed
        JWT expired
        Ticket expired
        Quyền truy cập đã hết hạn
        Kết nối đã hết hiệu lực
        Mã truy cập không đúng
        Hết thời gian truy cập, mời thực hiện lại
        """,
    SESSION: """
        Phiên làm việc đã hết hạn
        Phien lam viec da het han
        Phiên làm việc hết hạn
        Phiên làm việc của đơn vị đã hết hạn
        Không đồng bộ được hồ sơ do phiên làm việc đã hết hạn
        Phiên đăng nhập không hợp lệ
        Phiên của bạn đã kết thúc
        Mã phiên không hợp lệ
        Invalid session
        Session expired
        Session has expired
        Your session is invalid
        Session id không tồn tại
        Lỗi session
        """,
    ASKED: """
        Thành công
        Cập nhật hồ sơ thành công
        Success
        """,
}


def sentences(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(line.strip(), said) for said, lines in table.items() for line in lines.strip().splitlines()]


@pytest.mark.parametrize(("message", "means"), sentences(SAID_AT_NOUGHT))
def test_what_words_mean_beside_nought(message: str, means: str) -> None:
    assert verdict(PortalAnswer(0, message)) == means


@pytest.mark.parametrize(("message", "means"), sentences(SAID_WITH_ANOTHER_CODE))
@pytest.mark.parametrize("code", [-1, 99])
def test_what_words_mean_beside_another_code(code: int, message: str, means: str) -> None:
    assert verdict(PortalAnswer(code, message)) == means


@pytest.mark.parametrize("message", SAID_AT_NOUGHT[DOUBTED].strip().splitlines())
def test_nought_in_words_of_a_session_is_no_success(message: str) -> None:
    answer = WORDS.heard(PortalAnswer(0, message.strip()))
    assert (answer.is_success, answer.is_doubtful) == (False, True)


def test_no_word_is_success_beside_nought_and_a_refusal_otherwise() -> None:
    assert (verdict(PortalAnswer(0, "")), verdict(PortalAnswer(-1, ""))) == (DONE, REFUSED)


@pytest.mark.parametrize("table", [SAID_AT_NOUGHT, SAID_WITH_ANOTHER_CODE])
def test_marks_and_how_they_are_written_change_nothing(table: dict[str, str]) -> None:
    code = 0 if table is SAID_AT_NOUGHT else -1
    for message, means in sentences(table):
        for written in (unicodedata.normalize("NFD", message), unmarked(message), message.upper()):
            assert verdict(PortalAnswer(code, written)) == means, written


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503, 504])
def test_codes_of_a_bad_moment_give_way_to_a_fault_that_is_named(code: int) -> None:
    assert verdict(PortalAnswer(code, "Mã thủ tục không tồn tại trong danh mục")) == REFUSED
    for message in ("", "Lỗi hệ thống", "Internal Server Error", "Object reference not set to an instance"):
        assert verdict(PortalAnswer(code, message)) == BUSY


@pytest.mark.parametrize("code", [401, 403])
def test_codes_of_a_session_are_doubted_where_something_of_the_message_is_named(code: int) -> None:
    assert verdict(PortalAnswer(code, "Mã thủ tục không tồn tại trong danh mục")) == DOUBTED
    assert verdict(PortalAnswer(code, "Đơn vị không được phép sử dụng dịch vụ này")) == DOUBTED
    for message in ("", "Unauthorized", "Forbidden", "Phiên hết hạn", "Vui lòng đăng nhập"):
        assert verdict(PortalAnswer(code, message)) == SESSION


CODE = "H99.201-260303-0000001"
NOT_THERE, NOT_SAID = HeldByPortal(is_there=False), HeldByPortal(is_there=False, is_known=False)
ASKED_AFTER = {
    NOT_THERE: """
        Không tìm thấy hồ sơ
        Không tìm thấy hồ sơ trên Cổng dịch vụ công quốc gia
        Không tìm thấy hồ sơ của đơn vị
        Không tồn tại hồ sơ
        Hồ sơ không tồn tại
        Hồ sơ 000.00.01.H99-260303-0001 không tồn tại trên hệ thống
        Hồ sơ chưa tồn tại
        Hồ sơ không có trên hệ thống
        Chưa có hồ sơ này
        Chưa có hồ sơ trên Cổng DVCQG
        Hồ sơ chưa được đồng bộ
        Mã hồ sơ không tồn tại
        Không có dữ liệu
        Không có bản ghi nào
        Không tìm thấy
        Không thấy
        masohoso not found
        Dossier not found
        Not found
        No record found
        No data
        Dossier does not exist
        """,
    NOT_SAID: """
        Đơn vị không được phép sử dụng dịch vụ này
        Đơn vị không tồn tại
        Không tìm thấy đơn vị
        Dịch vụ TraCuuHoSo không tồn tại
        Không tìm thấy dịch vụ tra cứu hồ sơ
        Không có quyền tra cứu hồ sơ
        Tài khoản chưa được cấp quyền
        Service not found
        Method not found
        Not authorized
        Lỗi hệ thống
        Sai tham số
        Failed
        Ticket not found
        """,
}
LOOKED_UP = [
    (line.strip(), held) for held, lines in ASKED_AFTER.items() for line in lines.strip().splitlines()
]


@pytest.mark.parametrize(("message", "held"), LOOKED_UP)
@pytest.mark.parametrize("code", [-1, 1, 0])
@pytest.mark.parametrize("result", [None, [], ""])
def test_a_look_up_without_a_list_is_known_by_its_words(
    code: int, message: str, result: object, held: HeldByPortal
) -> None:
    assert read_look_up(PortalAnswer(code, message, result), CODE) == held


@pytest.mark.parametrize("message", ["", "Thành công", "OK", "Tra cứu thành công"])
def test_an_empty_list_is_a_dossier_that_is_not_there(message: str) -> None:
    assert read_look_up(PortalAnswer(0, message, []), CODE) == NOT_THERE


def test_a_dossier_that_is_listed_is_there_under_any_code() -> None:
    """As the province's own look-up of what is owed answers 1 (17.5)."""
    assert read_look_up(PortalAnswer(1, "", [{"MaTrangThai": "4"}]), CODE) == HeldByPortal(
        is_there=True, status=4
    )


@pytest.mark.parametrize("code", [0, -1])
@pytest.mark.parametrize(
    "message",
    ["Hồ sơ chưa có kết quả", "Tra cứu thành công. Không có dữ liệu phí", "Hồ sơ chưa tiếp nhận bản giấy"],
)
def test_a_dossier_whose_status_is_told_is_there_whatever_the_words_say_is_not(
    code: int, message: str
) -> None:
    line = {"MaHoSo": CODE, "MaTrangThai": "4"}
    assert read_look_up(PortalAnswer(code, message, [line]), CODE) == HeldByPortal(is_there=True, status=4)


def test_the_code_asked_for_said_back_is_no_dossier() -> None:
    assert read_look_up(PortalAnswer(-1, "Không tìm thấy hồ sơ", {"mahoso": CODE}), CODE) == NOT_THERE


@pytest.mark.parametrize(
    ("message", "is_there"),
    [
        ("Tiến độ đã tồn tại", True),
        ("Duplicate entry", True),
        ("Hồ sơ đã có trong danh sách khóa sổ, không nhận tiến độ", False),
        ("Hồ sơ đã có trên hệ thống của Bộ, tỉnh không được cập nhật", False),
        ("Không cập nhật được: hồ sơ đã tồn tại quyết định dừng", False),
        ("Người xử lý đã tồn tại nhưng bị khóa", False),
        ("Dữ liệu chưa hợp lệ: trùng mã hồ sơ của đơn vị khác", False),
    ],
)
def test_what_is_there_already_is_so_only_where_nothing_is_said_against_it(
    message: str, *, is_there: bool
) -> None:
    assert PortalAnswer(-1, message).says_only_there is is_there


def test_a_page_that_is_not_found_is_no_dossier_that_is_not_there() -> None:
    assert read_look_up(PortalAnswer(404, "Not Found"), CODE) == NOT_SAID
    assert read_look_up(PortalAnswer(404, "Không tìm thấy hồ sơ"), CODE) == NOT_THERE


@pytest.mark.parametrize(
    "piece", ["a", "1", "'", ".", "không a b c ", "error", "a.pdf ", "phiên làm việc a b c "]
)
def test_words_of_any_length_are_judged_at_once(piece: str) -> None:
    """An answer may have megabytes; no pattern goes over it again and again."""
    for code in (0, -1):
        began = time.process_time()
        verdict(PortalAnswer(code, piece * 100_000))
        read_look_up(PortalAnswer(code, piece * 100_000, []), CODE)
        assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("lines", "held"),
    [
        ([{"MaHoSo": CODE + "0", "MaTrangThai": 10}], NOT_THERE),
        ([{"MaHoSo": CODE + "0", "MaTrangThai": 10}, {"mahoso": CODE, "MaTrangThai": 2}], (True, 2)),
        ([{"MaHoSo": "G22.99-1", "MaHoSoDonVi": CODE.lower(), "MaTrangThai": 4}], (True, 4)),
        ([{"MaTrangThai": 4}], (True, 4)),
        ([{"MaHoSo": "", "MaTrangThai": 4}], (True, 4)),
        ([{"MaHoSo": CODE, "TrangThaiHoSo": "4"}], (True, 4)),
        ([{"MaHoSo": CODE, "TrangThai": 4}], (True, 4)),
        ([{"ma_ho_so": CODE, "ma_trang_thai_ho_so": "04"}], (True, 4)),
        ([{"MaHoSo": CODE, "TrangThaiHoSo": "Đang xử lý"}], (True, 4)),
        ([{"MaHoSo": CODE, "TenTrangThai": "DANG XU LY", "TrangThai": 1}], (True, 4)),
        ([{"MaHoSo": CODE, "MaTrangThai": "DXL", "TrangThaiHoSo": "Đang xử lý"}], (True, 4)),
        ([{"MaHoSo": CODE, "MaTrangThai": 4, "TrangThaiHoSo": "Đã trả kết quả"}], (True, 4)),
        ([{"MaHoSo": {"#text": CODE}, "MaTrangThai": {"#text": "4"}}], (True, 4)),
        ([{"MaHoSo": [CODE], "MaTrangThai": ["4"]}], (True, 4)),
        ([{"MaHoSo": {"#text": CODE + "0"}, "MaTrangThai": {"#text": "4"}}], NOT_THERE),
        ([{"MaHoSo": CODE, "TrangThaiHoSo": "Chờ"}], (True, 0)),
        ([{"MaHoSo": CODE, "TrangThai": True}], (True, 0)),
        ([{"MaHoSo": CODE, "MaTrangThai": 25}], (True, 25)),
        ({"hoSo": {"MaHoSo": CODE, "MaTrangThai": "4"}}, (True, 4)),
        ([[{"MaHoSo": CODE, "MaTrangThai": "4"}]], (True, 4)),
        ({CODE: {"MaTrangThai": "4"}}, (True, 4)),
        ({CODE + "0": {"MaTrangThai": "4"}}, NOT_THERE),
        ([{"MaHoSo": CODE, "TrangThaiXuLy": "4"}], (True, 4)),
        ([{"MaHoSo": CODE, "status": "4"}], (True, 4)),
        ([{"MaHoSo": CODE, "TrangThaiHoSo": "4 - Đang xử lý"}], (True, 4)),
        ([{"MaHoSo": CODE, "TrangThaiHoSo": {"Ma": "4", "Ten": "x"}}], (True, 4)),
        ([{"MaHoSo": CODE, "LichSu": [{"TrangThai": "4"}]}], (True, 4)),
        ([{"MaHoSo": None, "MaTrangThai": None}], NOT_THERE),
        ([{"MaHoSo": "", "TrangThaiHoSo": ""}], NOT_THERE),
        ([[]], NOT_THERE),
        ({"total": 0, "MaHoSo": None}, NOT_THERE),
        ({"hoSo": None}, NOT_THERE),
        ([{"message": "Không tìm thấy hồ sơ"}], NOT_THERE),
        ({"item": {"@xsi:nil": "true"}}, NOT_THERE),
        ([{"TenTTHC": "Cấp giấy"}], (True, 0)),
    ],
    ids=str,
)
def test_a_look_up_is_read_of_the_dossier_asked_for(lines: object, held: object) -> None:
    expected = held if isinstance(held, HeldByPortal) else HeldByPortal(*held)  # type: ignore[misc]
    assert read_look_up(PortalAnswer(0, "", lines), CODE) == expected


def test_of_a_line_for_each_status_both_ends_count_and_none_between() -> None:
    """Which end is the newest nobody says; what was so once before is not so now."""
    lines = [{"MaHoSo": CODE, "MaTrangThai": one} for one in ("2", "4", "5")]
    held = read_look_up(PortalAnswer(0, "", lines), CODE)
    assert [held.has(told, is_portal_born=True) for told in (2, 4, 5)] == [True, False, True]


@pytest.mark.parametrize(
    ("status", "told", "is_portal_born", "has"),
    [
        (3, 11, True, True),
        (11, 3, True, True),
        (3, 11, False, False),
        (4, 11, True, False),
        (0, 4, True, False),
    ],
)
def test_a_refusal_of_a_dossier_born_there_is_held_by_either_number(
    status: int, told: int, is_portal_born: bool, has: bool
) -> None:
    held = HeldByPortal(is_there=True, status=status)
    assert held.has(told, is_portal_born=is_portal_born) is has


def test_success_before_more_words_than_are_judged_is_asked_after() -> None:
    assert verdict(PortalAnswer(0, "Thành công " + "x" * 2100 + " nhưng lỗi")) == ASKED


@pytest.mark.parametrize(
    ("message", "is_done"),
    [
        ("Đã nhận yêu cầu, đang xử lý", False),
        ("Gửi tiến độ thành công", True),
        ("Đã nhận", True),
        ("Kết nối thành công", False),
        ("Đã cập nhật 0 dòng tiến độ", False),
        ("OK, nothing to do", False),
        ("Đã đồng bộ (giả lập)", False),
    ],
)
def test_of_an_entry_nobody_can_ask_after_what_says_nothing_was_done_is_not_believed(
    message: str, *, is_done: bool
) -> None:
    assert PortalAnswer(0, message).is_done_there is is_done


def test_our_own_words_said_back_beside_the_message_stand_against_nothing() -> None:
    told = {"error_code": 0, "message": "Thành công", "result": [{"LyDo": "Thiếu giấy tờ, trả lại"}]}
    assert not read_answer(told).of_one([{"NoiDungXuLy": "Trả lại", "TrangThai": "5"}]).is_done_there
    sent = [{"NoiDungXuLy": "Trả lại - Thiếu giấy tờ, trả lại", "TrangThai": "5"}]
    assert read_answer(told).of_one(sent).is_done_there
    assert not read_answer({**told, "MoTaLoi": "Không có hồ sơ"}).of_one(sent).is_done_there


@pytest.mark.parametrize(
    ("code", "message", "is_done"),
    [
        (1, "Cập nhật tiến độ thành công", True),
        (200, "Cập nhật tiến độ thành công", True),
        (-1, "Cập nhật tiến độ thành công", False),
        (500, "Thành công", False),
        (1, "Không thành công", False),
        (0, "Cập nhật thành công. Lý do bổ sung: thiếu giấy tờ", True),
        (0, "Cập nhật thành công: Trả lại do sai thông tin", True),
        (0, "Lưu thành công lịch sử lỗi", True),
        (0, "Cập nhật thành công hồ sơ bị trả lại", True),
        (0, "Trả lại do sai thông tin", False),
        (0, "Kết nối thành công nhưng không lưu được dữ liệu", False),
        (0, "Nhận dữ liệu thành công, hồ sơ bị từ chối", False),
        (0, "Kết nối thành công. Lỗi: sai họ tên", False),
    ],
)
def test_of_progress_what_we_said_ourselves_is_not_held_against_it(
    code: int, message: str, *, is_done: bool
) -> None:
    told = [{"NoiDungXuLy": "Trả lại do sai thông tin - sai họ tên", "TrangThai": "4"}]
    assert PortalAnswer(code, message).of_one(told).is_done_there is is_done


OURS = "H99.201-260303-0001"


@pytest.mark.parametrize(
    "said",
    [
        *({name: [OURS]} for name in ("DanhSachTuChoi", "rejected", "failed", "errors", "notFound", "BoQua")),
        *({name: OURS} for name in ("DanhSachKhongTonTai", "HoSoLoi", "duplicates", "ignored")),
        *({name: [OURS]} for name in ("pending", "ChoXuLy", "HangDoi", "retry", "unknown")),
        {"success": [], "fail": [OURS]},
        *({name: []} for name in ("success", "accepted", "DaLuu")),
        {"MaHoSo": "H99.201-260303-0002"},
    ],
    ids=str,
)
def test_our_code_under_a_name_that_may_judge_it_is_no_echo(said: object) -> None:
    """Per-dossier results of a batch name what was refused by its code alone (22.3)."""
    told = {"MaHoSo": OURS, "TrangThaiHoSo": "2"}
    answer = read_answer({"error_code": 0, "message": "Thành công", "result": said})
    assert answer.of_one(told).is_doubtful


ANOTHERS = "H99.201-260303-0002"


@pytest.mark.parametrize(
    "said",
    [
        *(ANOTHERS, [ANOTHERS], {"id": ANOTHERS}, {"MaHS": [ANOTHERS]}, "G22.99-260303-000123"),
        *({name: [OURS]} for name in ("unsuccessful", "notSaved", "not_updated", "unaccepted", "nOK")),
        *({"notSaved": 1}, {"unsuccessful": True}),
        *({name: told} for name in ("updated", "success", "DaLuu") for told in (None, "", {})),
        *({name: "ERR05"} for name in ("KetQua", "TrangThai", "resultCode", "code", "LyDo", "reasonCode")),
        *("E05", "ORA-00001", "HTTP500", {OURS: "E01"}),
    ],
    ids=str,
)
def test_a_code_of_somebody_else_or_of_a_fault_and_nothing_done_are_asked_after(said: object) -> None:
    answer = read_answer({"error_code": 0, "message": "Thành công", "result": said})
    assert answer.of_one({"MaHoSo": OURS, "TrangThaiHoSo": "2"}).is_doubtful


@pytest.mark.parametrize(
    "said", ["7d6c3d62-3c1f-4f4e-9d2e-1f0a2b3c4d5e", {"id": "RQ-77"}, {"total": 1}], ids=str
)
def test_what_a_call_is_kept_under_judges_nothing(said: object) -> None:
    answer = read_answer({"error_code": 0, "message": "Thành công", "result": said})
    assert not answer.of_one({"MaHoSo": OURS, "TrangThaiHoSo": "2"}).is_doubtful


@pytest.mark.parametrize(
    "said", [OURS, [OURS], {"success": [OURS]}, {"MaHoSoQG": OURS}, {"MaHoSo": OURS}, {"id": OURS}], ids=str
)
def test_our_code_said_back_where_it_judges_nothing_is_believed_unasked(said: object) -> None:
    answer = read_answer({"error_code": 0, "message": "Thành công", "result": said})
    assert not answer.of_one({"MaHoSo": OURS, "TrangThaiHoSo": "2"}).is_doubtful
