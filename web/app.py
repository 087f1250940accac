"""The composition root of the pages: rooms, languages, security and templates become one application.

Called by `banjie serve` and by the tests. It holds no view of its own and takes no decision; what the
rooms need hangs on the services object it is handed.
"""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Flask
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader

from web import display, forms, frame, language, refusals, security, sentences, squeezed
from web.services import Services


def create_app(services: Services, rooms: Iterable[Blueprint] = ()) -> Flask:
    """A WSGI application over the given services, with one blueprint per room."""
    settings = services.settings
    app = Flask("web", instance_path=str(settings.instance_path) if settings.instance_path else None)
    app.extensions["banjie"] = services
    app.config["BANJIE_ZONE"] = settings.zone
    load_templates(app)
    security.protect(app, settings)
    language.speak(app)
    sentences.speak(app)
    display.install(app)
    frame.install(app, settings)
    forms.install(app)
    refusals.register(app)
    squeezed.install(app)
    for room in rooms:
        app.register_blueprint(room)
    return app


def load_templates(app: Flask) -> None:
    """Our templates first, then the component macros kept for government services."""
    components = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    own = app.jinja_loader
    app.jinja_loader = ChoiceLoader([own, components] if own else [components])
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
