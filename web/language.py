"""Chinese first, English by a switch.

Called by templates (`_`, `ngettext`) and by every page that says something itself. The source text is
Chinese; `web/i18n/<language>/<room>.po` hold the other languages and `said.<room>.po` what the engine says,
and are read as they stand, so that no compiled catalogue can be out of date. It never guesses a language
from the browser: the reader chooses.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, has_request_context, redirect, request, session
from werkzeug.wrappers import Response

LANGUAGES = {"zh": "中文", "en": "English"}
LOCALES = {"zh": "zh_CN", "en": "en_GB"}
HTML_LANGUAGES = {"zh": "zh-CN", "en": "en"}
SOURCE = "zh"
CATALOGUES = Path(__file__).resolve().parent / "i18n"


@cache
def catalogue(language: str, *, engine: bool = False) -> NullTranslations:
    """The messages of a language, all rooms together; for one without catalogues, the text itself.

    What the engine says is kept apart from the pages' messages: one word may be needed in two senses.
    """
    together = Catalog(locale=language)
    files = [path for path in (CATALOGUES / language).glob("*.po") if path.name.startswith("said.") == engine]
    for path in sorted(files):
        with path.open("rb") as lines:
            for message in read_po(lines, locale=language, charset="utf-8"):
                if message.id:
                    together[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, together)
    compiled.seek(0)
    return Translations(compiled)


@cache
def templates_of(language: str) -> tuple[str, ...]:
    """The templates of what the engine says that have a text in a language."""
    found: list[str] = []
    for path in sorted((CATALOGUES / language).glob("said.*.po")):
        with path.open("rb") as lines:
            found += [str(message.id) for message in read_po(lines, charset="utf-8") if message.id]
    return tuple(found)


def current() -> str:
    """The language of this request ("zh" or "en"); outside a request, the source language."""
    if not has_request_context():
        return SOURCE
    if "language" not in g:
        chosen = session.get("language", SOURCE)
        g.language = chosen if chosen in LANGUAGES else SOURCE
    return str(g.language)


def locale() -> str:
    """The Babel locale of this request's language."""
    return LOCALES[current()]


def gettext(message: str) -> str:
    """The message in this request's language, its `%(name)s` places still open."""
    return str(catalogue(current()).gettext(message))


def ngettext(one: str, many: str, number: int) -> str:
    """The message for a number in this request's language, its `%(num)s` places still open."""
    return str(catalogue(current()).ngettext(one, many, number))


def _(message: str, **places: object) -> str:
    """The message in this request's language with its `%(name)s` places filled."""
    text = gettext(message)
    return text % places if places else text


def words(text: str | Mapping[str, str] | None) -> str:
    """A text of a definition in this request's language.

    Takes plain text, or {"zh": …, "en": …}; a missing language falls back to Chinese, then to any.
    """
    if text is None or isinstance(text, str):
        return text or ""
    return text.get(current()) or text.get(SOURCE) or next(iter(text.values()), "")


def speak(app: Flask) -> None:
    """Install the languages into an application: `_` and `words` in templates, the switch at /language."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.filters["words"] = words
    app.add_url_rule("/language/<language>", "language", switch, methods=["POST"])
    app.context_processor(facts)


def facts() -> dict[str, object]:
    """What the layout needs to draw the switch and to mark the page's language."""
    return {
        "language": current(),
        "languages": LANGUAGES,
        "html_language": HTML_LANGUAGES[current()],
        "html_languages": HTML_LANGUAGES,
    }


def switch(language: str) -> Response:
    """Remember the chosen language and go back to the page it was chosen on."""
    if language in LANGUAGES:
        session["language"] = language
    return redirect(own_path(request.form.get("next", "/")), 303)


def own_path(target: str) -> str:
    """The target if it is a path on this site, else "/": a form never sends a reader elsewhere."""
    parts = urlsplit(target)
    ours = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if ours and not parts.scheme and not parts.netloc and "\\" not in target else "/"
