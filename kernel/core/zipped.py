"""What a zipped file of a stranger would unpack to, judged before anything is unpacked."""

import io
import zipfile
from dataclasses import dataclass


class NoArchive(ValueError):  # noqa: N818 - the fact is the name.
    """Not a ZIP file."""


class TooLarge(ValueError):  # noqa: N818 - the fact is the name.
    """It would unpack to more than its bounds allow."""


@dataclass(frozen=True, slots=True)
class ZipBounds:
    """Parts, size of all parts unpacked in bytes, and how many times larger than packed a part may become."""

    parts: int
    size: int
    ratio: int = 200

    def check(self, content: bytes) -> None:
        """Return when the archive's own directory keeps the bounds; raise `NoArchive` or `TooLarge`.

        The directory may lie about sizes: who unpacks reads no more of a part than it says there.
        """
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                parts = archive.infolist()
        # All that the reader of a broken directory raises; nothing is swallowed, it gets a name.
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise NoArchive from error
        if len(parts) > self.parts or sum(part.file_size for part in parts) > self.size:
            raise TooLarge
        # Parts of a few bytes compress to a fraction of anything: a kilobyte packed is no bomb.
        if any(part.file_size > self.ratio * max(part.compress_size, 1024) for part in parts):
            raise TooLarge
