"""A slip of the pen is put right; another name is another person."""

import pytest

from services.dossier.domain.intake.names import is_same_name


@pytest.mark.parametrize(
    ("before", "after", "is_same"),
    [
        ("Nguyễn Văn An", "Nguyễn Văn Bình An", True),
        ("Nguyen Van An", "Nguyễn Văn Ân", True),
        ("Đặng Thị Đào", "Dang Thi Dao", True),
        ("Lò Thi", "Lò Thị", True),
        ("Ksor Phước", "Ksor Phươc", True),
        ("Nguyễn Văn An", "Người Hoàn Toàn Khác", False),
        ("Nguyễn Văn An", "Nguyễn Thị Bình", False),
        ("Nguyễn Văn An", "", False),
        ("Lê Văn Thử", "Lê Văn Hoa", False),
        ("Lê Thị Thử", "Phạm Thị Thử", True),
        ("Công ty TNHH Lam", "Công ty TNHH Lam Sơn", True),
    ],
)
def test_who_is_called_by_another_name_is_another_person(before: str, after: str, is_same: bool) -> None:
    """Marks and capitals do not matter."""
    assert is_same_name(before, after) is is_same
