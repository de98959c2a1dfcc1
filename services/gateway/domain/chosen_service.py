"""Which agency and which online service somebody chose before the form: the portal's link names both."""

import re
from dataclasses import dataclass

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")
_NATIONAL = re.compile(r"\d\.\d{6}")
_NUMBER = re.compile(r"\d{2,3}")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a link names, empty where it names nothing; `agency` is a code of ours."""

    agency: str = ""
    service: str = ""

    def is_of(self, procedure: str) -> bool:
        """Tell whether the online service is one of this procedure.

        `1.013229.01`, `2.000815.000.00.00.H55.02`: the procedure's code, national or localised, with two
        digits after it (national-portal.md 2.4). A procedure that has no national code is not judged.
        """
        national = _NATIONAL.match(procedure)
        if not self.service or national is None:
            return True
        start, _, rest = self.service.partition(f"{national[0]}.")
        return not start and _NUMBER.fullmatch(rest.rpartition(".")[2]) is not None
