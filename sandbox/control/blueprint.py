"""The routes of the control API below `/control`, put together."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from werkzeug.exceptions import HTTPException

from ..errors import NotFound, UsageError
from . import behaviour, campaigns, contents


def create() -> Blueprint:
    """A blueprint with all routes; errors are `{"error": sentence}` with 400 or 404."""
    blueprint = Blueprint("control", __name__, url_prefix="/control")
    for module in (behaviour, contents, campaigns):
        module.add_routes(blueprint)
    blueprint.add_url_rule(
        "/<path:rest>", view_func=_nothing_here, methods=["GET", "POST", "PUT", "DELETE"]
    )
    blueprint.register_error_handler(UsageError, _refuse)
    blueprint.register_error_handler(HTTPException, _refuse_http)
    return blueprint


def _nothing_here(rest: str) -> Response:
    raise NotFound(f"The control API has no {rest}.")


def _refuse(error: UsageError) -> tuple[Response, int]:
    return jsonify(error=str(error)), 404 if isinstance(error, NotFound) else 400


def _refuse_http(error: HTTPException) -> tuple[Response, int]:
    return jsonify(error=error.description), error.code or 500
