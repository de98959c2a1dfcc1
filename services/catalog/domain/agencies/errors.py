"""Why a change of agencies or of their staff is refused; each code is part of the contract."""

from kernel.core.errors import Forbidden, Invalid, NotFound, Refusal


class MayNotReorganise(Forbidden):
    """Agencies change by those who approve the catalogue; editors may look at the preview."""

    code = "reorganisation-not-allowed"
    title = "Không có quyền ghi nhận thay đổi cơ quan"


class MayNotDelegate(Forbidden):
    """One delegates one's own roles; for others the catalogue's editors record it."""

    code = "delegation-not-allowed"
    title = "Không có quyền ghi nhận ủy quyền của người này"


class UnknownAgency(Invalid):
    """The change names an agency nobody knows (422)."""

    code = "agency-unknown"
    title = "Có cơ quan không có trong danh mục"


class MissingPart(Invalid):
    """The change does not say what its kind needs (422)."""

    code = "change-incomplete"
    title = "Thay đổi chưa đủ nội dung"


class EffectiveInPast(Refusal):
    """The effective day has gone and the change is no correction (409)."""

    code = "effective-in-past"
    title = "Ngày hiệu lực đã qua; chỉ đính chính mới được ghi lùi ngày"


class AgencyEnded(Refusal):
    """An agency ends once (409)."""

    code = "agency-already-ended"
    title = "Cơ quan đã kết thúc hoạt động"


class SuccessionCycle(Refusal):
    """Who carries on would, in the end, be carried on by the one who ended (409)."""

    code = "succession-cycle"
    title = "Quan hệ kế thừa tạo thành vòng"


class PeriodsOverlap(Refusal):
    """A code would mean two agencies on one day, or one that does not exist yet would carry on (409)."""

    code = "overlapping-periods"
    title = "Thời gian hoạt động của các cơ quan chồng lên nhau"


class ParentEnded(Refusal):
    """An agency would stand under one that has ended (409)."""

    code = "parent-ended"
    title = "Cơ quan cấp trên đã kết thúc hoặc chưa có"


class LevelEnded(Refusal):
    """The administrative level does not exist on the effective day (409)."""

    code = "level-ended"
    title = "Cấp hành chính không còn vào ngày hiệu lực"


class ProceduresOrphaned(Refusal):
    """Procedures would have no competent agency; `procedures` names them (409)."""

    code = "procedures-without-agency"
    title = "Có thủ tục không còn cơ quan có thẩm quyền"


class NothingChanges(Refusal):
    """The agency is already so (409)."""

    code = "nothing-changes"
    title = "Thay đổi không làm khác hiện trạng"


class NoSuchChange(NotFound):
    """There is no such change of agencies."""

    code = "agency-change-not-found"
    title = "Không có quyết định sắp xếp này"


class AlreadyApplied(Refusal):
    """A change that has taken effect is not withdrawn: another decision changes it again (409)."""

    code = "agency-change-applied"
    title = "Thay đổi đã có hiệu lực, không thể hủy"


class ChangeBuiltUpon(Refusal):
    """A later decision, staff, places or procedures rest on the change; `agencies` says where (409)."""

    code = "agency-change-built-upon"
    title = "Đã có quyết định hoặc dữ liệu khác dựa trên thay đổi này"


class NoSuchQuestion(NotFound):
    """The change leaves nothing such open, or it is settled."""

    code = "question-not-open"
    title = "Không có việc còn mở này"


class CompetenceOverlaps(Refusal):
    """The agency already has this procedure on some of these days (409)."""

    code = "competence-overlaps"
    title = "Thẩm quyền đã được ghi nhận cho khoảng thời gian này"


class RolesNotHeld(Refusal):
    """Only one's own roles are delegated; delegated ones are not passed on (409)."""

    code = "roles-not-held"
    title = "Chỉ được ủy quyền vai trò của chính mình"


class RolesConflict(Refusal):
    """One person would draft and sign, or edit and approve (409)."""

    code = "roles-conflict"
    title = "Một người sẽ vừa thụ lý vừa ký, hoặc vừa soạn vừa phê duyệt"


class DelegationOverlaps(Refusal):
    """The same is delegated to the same person on some of these days (409)."""

    code = "delegation-overlaps"
    title = "Đã có ủy quyền hoặc nghỉ trùng thời gian"


class NoSuchEntry(NotFound):
    """There is no such member of staff, delegation, absence, unit or place."""

    code = "entry-not-found"
    title = "Không có trong danh mục"


class UnitExists(Refusal):
    """The code is taken by another unit (409)."""

    code = "unit-exists"
    title = "Mã đơn vị đã được dùng"


class UnitEnded(Refusal):
    """The unit has ended already, or is not of this commune (409)."""

    code = "unit-ended"
    title = "Đơn vị đã kết thúc hoặc không thuộc địa bàn này"
