"""Opens a file as its readers would, in a process of its own that knows no service and no secret.

It says `ready`, reads `<media type> <bytes>` lines, each with its content, and answers with one line:
`sound`, or what is wrong (`damaged`, `encrypted`, `active`, `too-complex`).
"""

import io
import resource
import sys

from PIL import Image
from pypdf.errors import FileNotDecryptedError

from services.dossier.store.inspection.office import MAIN_PARTS, look_at_office
from services.dossier.store.inspection.pdf import look_at_pdf
from services.dossier.store.inspection.wrong import MOST_MEMORY, MOST_PIXELS, Wrong


def inspect(media_type: str, content: bytes) -> str:
    """Return `sound` or what is wrong; never raises for whatever the content is."""
    look = {"application/pdf": look_at_pdf, "image/jpeg": _jpeg, "image/png": _png}
    try:
        if media_type in MAIN_PARTS:
            look_at_office(content, media_type)
        else:
            look[media_type](content)
    except Wrong as wrong:
        return str(wrong)
    except FileNotDecryptedError:
        return "encrypted"
    except MemoryError:
        return "too-complex"
    except Exception:  # The boundary of a parser.
        # Whatever a parser makes of a broken file, it is the file's fault.
        return "damaged"
    return "sound"


def _jpeg(content: bytes) -> None:
    with _bounded(content, "JPEG") as image:
        # Every coefficient is read, an eighth of the pixels is made.
        image.draft("L", (max(1, image.width // 8), max(1, image.height // 8)))
        image.load()


def _png(content: bytes) -> None:
    with _bounded(content, "PNG") as image:
        image.load()


def _bounded(content: bytes, kind: str) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = None
    image = Image.open(io.BytesIO(content), formats=[kind])
    if image.width * image.height > MOST_PIXELS:
        raise Wrong("too-complex")
    return image


def serve() -> None:
    """Answer until the input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    source, answers = sys.stdin.buffer, sys.stdout.buffer
    answers.write(b"ready\n")
    answers.flush()
    while line := source.readline():
        media_type, size = line.decode().split()
        answers.write(inspect(media_type, source.read(int(size))).encode() + b"\n")
        answers.flush()
