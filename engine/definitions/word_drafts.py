"""A .docx to begin with: the template of a document laid out as offices do, from its text in plain HTML.

Called by `banjie documents draft`. Designers write what a document says in a few lines of HTML; clerks then
edit the .docx in their own word processor. Reads article, header, footer, h1, p, ol, li with placeholders;
page and type follow GB/T 9704—2012. Renders nothing.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.sax.saxutils import escape

from engine.definitions import word_skeleton
from engine.definitions.word_templates import packed
from engine.errors import Malformed, said

_STYLES = {"organ": "Organ", "number": "Number", "addressee": "Addressee"}
_BLOCKS = frozenset({"p", "h1", "li"})
_AROUND = frozenset({"article", "header", "footer", "ol", "ul"})
_CONTROL = re.compile(r"\{%\s*(\w[^%]*?)\s*%\}")


def draft(html: str, picture: bytes) -> bytes:
    """The .docx of a template's HTML; `picture` (a PNG) stands where the QR code will stand.

    Raises Malformed for an element a draft cannot lay out.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return packed(word_skeleton.parts("".join(reader.paragraphs), picture))


class _Reader(HTMLParser):
    """Paragraphs of Word's markup, in order; what stands between blocks can only be `if` and `for`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.paragraphs: list[str] = []
        self._style: str | None = None
        self._text = ""
        self._in_footer = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a block."""
        if tag in _BLOCKS:
            named = _STYLES.get(dict(attrs).get("class") or "")
            plain = {"h1": "Title", "li": "Point"}.get(tag, "Signature" if self._in_footer else "Normal")
            self._style, self._text = named or plain, ""
        elif tag not in _AROUND:
            line = self.getpos()[0]
            raise Malformed(
                said(
                    "Expected p, h1, ol and li in a draft, but found <{tag}> in line {line}",
                    tag=tag[:20],
                    line=line,
                )
            )
        self._in_footer = self._in_footer or tag == "footer"

    def handle_endtag(self, tag: str) -> None:
        """End a block."""
        if tag in _BLOCKS and self._style is not None:
            self.paragraphs.append(word_skeleton.paragraph(escape(self._text), self._style))
            self._style = None
        if tag == "footer":
            self._in_footer = False

    def handle_data(self, data: str) -> None:
        """Text of a block, or what stands between blocks."""
        if self._style is not None:
            self._text += data
            return
        rest = _CONTROL.sub("", data).strip()
        if rest:
            line = self.getpos()[0]
            raise Malformed(
                said(
                    "Expected text inside p, h1 or li, but found {rest!r} in line {line}",
                    rest=rest[:40],
                    line=line,
                )
            )
        for match in _CONTROL.finditer(data):
            self.paragraphs.append(word_skeleton.paragraph(escape(f"{{%p {match[1]} %}}"), "Normal"))
