"""What needs Pillow, 9 MB that only a process pays which meets a picture: its callers name it by a string."""

from io import BytesIO
from typing import IO

from PIL import Image, ImageOps

from customers.documents.archives import damaged
from customers.errors import NoPreview

EDGE, MOST_PIXELS = 1600, 40_000_000


def pixels_of(content: IO[bytes], decoder: str) -> int:
    """Width × height by the header alone; nothing is decoded. Raises Invalid (`damaged_file`)."""
    content.seek(0)
    try:
        with Image.open(content, formats=[decoder]) as image:
            return int(image.width * image.height)
    except Image.DecompressionBombError:
        return int(2 * (Image.MAX_IMAGE_PIXELS or 0))
    except Exception:
        # Whatever a decoder stumbles over: Pillow's own errors, struct's, and arithmetic ones of broken headers.
        raise damaged() from None


def drawn_anew(file: IO[bytes], decoder: str) -> tuple[bytes, str]:
    """A picture and its type, with nothing of the original but its pixels: no metadata, nothing behind its end.

    Raises NoPreview.
    """
    try:
        with Image.open(file, formats=[decoder]) as image:
            image.draft("RGB", (EDGE, EDGE))
            if image.width * image.height > MOST_PIXELS:
                raise NoPreview()
            drawn = ImageOps.exif_transpose(image)
            drawn.thumbnail((EDGE, EDGE))
            return _saved(drawn)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise NoPreview() from None


def _saved(image: Image.Image) -> tuple[bytes, str]:
    is_opaque = image.mode in ("RGB", "L", "CMYK", "YCbCr")
    form, kind = ("JPEG", "image/jpeg") if is_opaque else ("PNG", "image/png")
    target = BytesIO()
    image.convert("RGB" if is_opaque else "RGBA").save(target, form)
    return target.getvalue(), kind
