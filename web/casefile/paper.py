"""An issued document as a page: HTML as it was issued, a .docx as mammoth reads it.

Called by `serving`. What is shown is a view; the document is its bytes.
"""

from __future__ import annotations

import io

import mammoth

from engine.definitions.word_files import MEDIA_TYPE as WORD

_STYLES = """
p[style-name='机关'] => p.organ:fresh
p[style-name='Title'] => h1:fresh
p[style-name='文号'] => p.number:fresh
p[style-name='称谓'] => p.addressee:fresh
p[style-name='事项'] => p.point:fresh
p[style-name='落款'] => p.signature:fresh
p[style-name='核验'] => p.verification:fresh
"""
SHOWN = frozenset({"text/html", WORD})


def as_html(data: bytes, media_type: str) -> str:
    """The body of a page with the document; only for what we have issued: its template was checked."""
    if media_type != WORD:
        return data.decode("utf-8", "replace")
    return str(mammoth.convert_to_html(io.BytesIO(data), style_map=_STYLES).value)
