"""What the catalogue's endpoints ask for."""

from typing import Annotated

from fastapi import Depends

from kernel.web.deps import current_work
from services.catalog.use_cases import ports

Work = Annotated[ports.Work, Depends(current_work)]
