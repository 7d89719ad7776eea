"""All of the sandbox behind one WSGI application."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask

from .api.application import Api
from .control import blueprint as control
from .guard import Guard
from .state import Sandbox

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def create_application(sandbox: Sandbox, *, allow_remote: bool) -> WSGIApplication:
    """The API below `/api/`, the control API below `/control/`, the web page elsewhere."""
    api = Api(sandbox)
    pages = _pages(sandbox)

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        is_api = environ["PATH_INFO"].startswith("/api/")
        return api(environ, start_response) if is_api else pages(environ, start_response)

    return Guard(application, allow_remote=allow_remote)


def _pages(sandbox: Sandbox) -> WSGIApplication:
    pages = Flask(__name__, static_folder=None, template_folder=None)
    pages.extensions["sandbox"] = sandbox
    pages.register_blueprint(control.create())
    return pages.wsgi_app
