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
    ],
)
def test_half_the_words_stay_or_few_letters_differ(before: str, after: str, is_same: bool) -> None:
    """Marks and capitals do not matter."""
    assert is_same_name(before, after) is is_same
