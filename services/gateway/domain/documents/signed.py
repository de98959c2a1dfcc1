"""What an XML signature in the header is worth: judged against roots this office trusts, or only noted."""

from dataclasses import dataclass
from enum import StrEnum


class Worth(StrEnum):
    """NOT_JUDGED: there is one and this office trusts no roots; it is worth no more than none."""

    NONE = "NONE"
    NOT_JUDGED = "NOT_JUDGED"
    GOOD = "GOOD"
    BAD = "BAD"


class Required(StrEnum):
    """Of what comes in, what must be signed once roots are trusted."""

    NOTHING = "NOTHING"
    DOCUMENTS = "DOCUMENTS"
    EVERYTHING = "EVERYTHING"


@dataclass(frozen=True, slots=True)
class Judged:
    """A signature's worth; `by` names the certificate of a good one, `why` says what is wrong."""

    worth: Worth
    by: str = ""
    why: str = ""

    def refusal(self, required: Required, *, is_document: bool) -> str:
        """Return why what carries it is not believed, empty when it may be."""
        if self.worth is Worth.BAD:
            return f"signature: {self.why}"
        must = required is Required.EVERYTHING or (required is Required.DOCUMENTS and is_document)
        if must and self.worth is not Worth.GOOD:
            return "signature: Văn bản không được ký số"
        return ""
