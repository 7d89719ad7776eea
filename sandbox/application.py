"""All of the sandbox behind one WSGI application."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.routing import BaseConverter, ValidationError

from . import identifiers
from .api.application import Api
from .control import blueprint as control
from .database import LARGEST_ID
from .guard import Guard
from .running import attach
from .state import Sandbox
from .web import blueprint as web

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class _IdConverter(BaseConverter):
    """An id in an address, a number or as an oddity wrote it."""

    regex = r"[0-9a-fA-F-]{1,40}"

    def to_python(self, value: str) -> int:
        """The number behind it; Werkzeug answers 404 if there is none."""
        number = identifiers.read(value)
        if not 0 < number <= LARGEST_ID:
            raise ValidationError
        return int(number)


def create_application(sandbox: Sandbox, *, allow_remote: bool) -> WSGIApplication:
    """The API below its root, the control API below `/control/`, the web page elsewhere."""
    api = Api(sandbox)
    pages = _pages(sandbox)

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        accepts_pages = "text/html" in environ.get("HTTP_ACCEPT", "")
        is_api = api.serves(environ["PATH_INFO"], accepts_pages)
        return api(environ, start_response) if is_api else pages(environ, start_response)

    return Guard(application, allow_remote=allow_remote)


def _pages(sandbox: Sandbox) -> WSGIApplication:
    pages = Flask(__name__, static_folder=None, template_folder=None)
    pages.config.update(
        SECRET_KEY=secrets.token_bytes(32),  # only signs messages from one page to the next
        SESSION_COOKIE_NAME="campaign_master_sandbox",
        SESSION_COOKIE_SAMESITE="Strict",
    )
    pages.url_map.converters["id"] = _IdConverter
    attach(pages, sandbox)
    pages.register_blueprint(control.create())
    pages.register_blueprint(web.create())
    return pages.wsgi_app
