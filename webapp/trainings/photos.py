"""Photos of a training as they are kept: upright, of a size for print, without what the camera wrote of place, time and owner."""

from __future__ import annotations

import io

from webapp.core.file_kinds import JPEG, PNG

LONGEST_SIDE = 2400
QUALITY = 85
KINDS = frozenset({JPEG, PNG})


class NoPicture(ValueError):
    """What was to be a picture cannot be opened."""


def cleaned(content: bytes, media_type: str) -> bytes:
    """The picture drawn anew: nothing but its points is taken over. Raises `NoPicture`."""
    # What reads pictures takes long to load, which no start should wait for.
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415

    try:
        with Image.open(io.BytesIO(content)) as opened:
            upright = ImageOps.exif_transpose(opened)
            plain = upright.convert("RGBA" if media_type == PNG and _transparent(upright.mode, upright.info) else "RGB")
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise NoPicture from error
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    drawn = Image.new(plain.mode, plain.size)
    drawn.paste(plain)
    out = io.BytesIO()
    if media_type == PNG:
        drawn.save(out, "PNG", optimize=True)
    else:
        drawn.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def _transparent(mode: str, about: object) -> bool:
    return mode in {"RGBA", "LA", "PA"} or (isinstance(about, dict) and "transparency" in about)
