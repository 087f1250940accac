"""Word files for the tests of templates: harmless ones, and ones made to do harm."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from engine.casework.documents import qr_code
from engine.definitions.word_drafts import draft

NOTICE = """<article class="document">
  <header><p class="organ">{{ unit.name }}</p><h1>告知书</h1>
  {% if number %}<p class="number">{{ number }}</p>{% endif %}</header>
  <p class="addressee">{{ applicant_name }}：</p>
  <p>{{ received_on }}收到申请，处理意见：{{ outcome }}{% if outcome == "refuse" %}，理由：{{ reasons }}\
{% endif %}。</p>
  <p>罚款{{ amount }}元（大写：{{ amount.words }}）。</p>
  <ol>{% for point in points %}<li>{{ point }}</li>{% endfor %}</ol>
  <footer><p>{{ unit.name }}（印章）</p><p>{{ issued_on }}</p></footer>
</article>"""
PLACEHOLDER = qr_code("placeholder")


def notice(html: str = NOTICE) -> bytes:
    """A .docx template of a text."""
    return draft(html, PLACEHOLDER)


def parts_of(data: bytes) -> dict[str, bytes]:
    """The parts of a .docx by path."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """Parts as an archive, in the order given."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def with_part(name: str, data: bytes) -> bytes:
    """The notice with one part more, or another one in its place."""
    return zipped({**parts_of(notice()), name: data})


def with_change(path: str, old: str, new: str) -> bytes:
    """The notice with a text of one part replaced."""
    parts = parts_of(notice())
    changed = parts[path].decode().replace(old, new)
    assert changed != parts[path].decode()
    return zipped({**parts, path: changed.encode()})


def text_of(data: bytes) -> str:
    """The running text of a document."""
    root = parts_of(data)["word/document.xml"].decode()
    return "".join(piece.partition(">")[2] for piece in root.split("<") if not piece.startswith("?"))
