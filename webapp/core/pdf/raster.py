"""A drawing as an image of dots, for files that cannot hold our vectors."""

from __future__ import annotations

import io
import threading

import pypdfium2

from webapp.core.pdf.canvas import GlyphCanvas
from webapp.core.pdf.drawing import Drawing

# PDFium may be used by one thread at a time.
_alone = threading.Lock()


def to_png(drawing: Drawing, *, width: float, dots_per_inch: int = 220) -> bytes:
    """The drawing on white, `width` points wide."""
    height = width * drawing.height / drawing.width
    canvas = GlyphCanvas(pagesize=(width, height), language=drawing.language)
    with canvas.artifact():
        drawing.draw(canvas, 0, 0, width=width)
    data = canvas.document()
    out = io.BytesIO()
    with _alone:
        document = pypdfium2.PdfDocument(data)
        try:
            page = document[0]
            bitmap = page.render(scale=dots_per_inch / 72)
            bitmap.to_pil().save(out, "PNG", optimize=True, dpi=(dots_per_inch, dots_per_inch))
            bitmap.close()
            page.close()
        finally:
            document.close()
    return out.getvalue()
