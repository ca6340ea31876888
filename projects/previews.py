"""A picture made anew from somebody's: of a size to look at, with nothing in it but pixels.

What the file said besides them (place and time it was taken, a program, a page) does not come along.
"""

import threading
from pathlib import Path
from typing import NamedTuple

from PIL import Image

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "AVIF")
# More is a bomb, or a poster: it stays a download. A JPEG is read at a fraction of its size, all others whole.
MOST_PIXELS, MOST_PIXELS_OF_JPEG = 36_000_000, 100_000_000
SIDE = 1600  # pixels of the longer side
QUALITY = 80
ORIENTATION = 0x0112  # EXIF: how the camera was held
TURNS = {
    2: [Image.Transpose.FLIP_LEFT_RIGHT],
    3: [Image.Transpose.ROTATE_180],
    4: [Image.Transpose.FLIP_TOP_BOTTOM],
    5: [Image.Transpose.TRANSPOSE],
    6: [Image.Transpose.ROTATE_270],
    7: [Image.Transpose.TRANSVERSE],
    8: [Image.Transpose.ROTATE_90],
}


Image.MAX_IMAGE_PIXELS = None  # ours are counted below, by kind

# One at a time in a process: the largest takes some 150 MB.
_one_at_a_time = threading.Lock()


class Size(NamedTuple):
    """Pixels of the whole picture, as one sees it."""

    width: int
    height: int


def make(source: Path, target: Path) -> Size | None:
    """Write the preview as WebP. None, and nothing at `target`, where `source` is no picture that can be shown."""
    try:
        with _one_at_a_time, Image.open(source, formats=FORMATS) as image:
            size = Size(*image.size)
            most = MOST_PIXELS_OF_JPEG if image.format == "JPEG" else MOST_PIXELS
            if size.width * size.height > most:
                return None
            turned = image.getexif().get(ORIENTATION, 1)
            image.draft("RGB", (SIDE, SIDE))
            small = _reduced(image, turned)
        small.save(target, "WEBP", quality=QUALITY)
    except (
        Exception
    ):  # decoders fail in many ways: none is the uploader's fault, or a reason not to keep the file
        target.unlink(missing_ok=True)
        return None
    return Size(size.height, size.width) if turned in (5, 6, 7, 8) else size


def _reduced(image: Image.Image, turned: int) -> Image.Image:
    image.load()
    mode = "RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB"
    # Made small before it is turned into another kind, which takes as much again; only a palette has to come first.
    small = image.convert(mode) if image.mode in ("P", "PA", "1") else image
    small.thumbnail((SIDE, SIDE))
    small = small.convert(mode)
    for step in TURNS.get(turned, []):
        small = small.transpose(step)
    small.info.clear()
    return small
