"""What the faults do to a call: the answer that replaces the real one, or the real one spoilt."""

from __future__ import annotations

import copy
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

from werkzeug.wrappers import Request, Response

from ..contract import Operation
from ..errors import ApiError
from ..faults import Fault, Kind

_API_ERRORS = {
    Kind.TOKEN_INVALID: ApiError("token_invalid", "The token isn't valid."),
    Kind.HOURLY_LIMIT: ApiError("hourly_limit", "The calls of this hour are used up."),
    Kind.MONTHLY_LIMIT: ApiError("monthly_limit", "The calls of this month are used up."),
    Kind.VALIDATION: ApiError("validation", "The request was refused."),
    Kind.SERVER_ERROR: ApiError("server_error", "Something unexpected happened."),
}
_PROXY_ERRORS = {
    Kind.BAD_GATEWAY: (502, "Bad Gateway"),
    Kind.SERVICE_UNAVAILABLE: (503, "Service Unavailable"),
    Kind.GATEWAY_TIMEOUT: (504, "Gateway Time-out"),
    Kind.HTML_PAGE: (200, "Welcome"),
}
_DRIPS_PER_SECOND = 10
_CHUNK = b" " * 65536


def api_error(fault: Fault) -> ApiError | None:
    """The error of the contract that a fault stands for, if it stands for one."""
    return _API_ERRORS.get(fault.kind)


def replacement(fault: Fault, request: Request) -> Response:
    """What a fault answers in place of the API: a proxy's page, a redirect or nothing at all."""
    if fault.kind is Kind.DROP_CONNECTION:
        return _no_answer(request)
    if fault.kind is Kind.REDIRECT:
        return Response(b"", 302, {"Location": fault.location})
    status, title = _PROXY_ERRORS[fault.kind]
    page = f"<!doctype html><html><head><title>{title}</title></head><body><h1>{title}</h1></body>"
    return Response(f"{page}</html>", status, mimetype="text/html")


def spoilt_document(fault: Fault, operation: Operation, document: Any) -> Any:
    """The document of an answer with a key missing or values of the wrong type."""
    spoilt = copy.deepcopy(document)
    key = fault.key or next(reversed(operation.required_keys), "")
    *parents, last = key.split(".")
    target = spoilt
    for name in parents:
        target = _first_of(target.get(name) if isinstance(target, dict) else None)
    if isinstance(target, dict) and last in target:
        if fault.kind is Kind.INCOMPLETE_JSON:
            del target[last]
        else:
            target[last] = _wrong(target[last])
    return spoilt


def spoilt_response(fault: Fault, response: Response) -> Response:
    """A response that breaks off, drips or never seems to end."""
    body = response.get_data()
    if fault.kind is Kind.MALFORMED_JSON:
        response.set_data(body[: max(1, len(body) * 2 // 3)])
    elif fault.kind is Kind.SLOW_DRIP:
        response.response = _drip(body, fault.seconds)
        response.headers["Content-Length"] = str(len(body))
    elif fault.kind is Kind.OVERSIZED:
        response.response = _padded(body, int(fault.megabytes * 1024 * 1024))
        response.headers.pop("Content-Length", None)
    return response


def _no_answer(request: Request) -> Response:
    connection: socket.socket = request.environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
    return Response(b"")


def _first_of(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _wrong(value: Any) -> Any:
    if isinstance(value, str):
        return [value]
    if isinstance(value, (dict, list)):
        return json.dumps(value)[:100]
    return {"value": value}


def _drip(body: bytes, seconds: float) -> Iterator[bytes]:
    count = max(1, int(seconds * _DRIPS_PER_SECOND))
    size = max(1, -(-len(body) // count))
    starts = range(0, len(body), size)
    for start in starts:
        time.sleep(seconds / len(starts))
        yield body[start : start + size]


def _padded(body: bytes, size: int) -> Iterator[bytes]:
    # Blanks after the opening brace keep it valid JSON, so that only its size is wrong.
    yield body[:1]
    sent = len(body)
    while sent < size:
        yield _CHUNK
        sent += len(_CHUNK)
    yield body[1:]
