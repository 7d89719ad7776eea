"""The API as a WSGI application, with faults and the log of calls around each exchange."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response
from werkzeug.wsgi import get_input_stream

from ..contract import Operation
from ..errors import ApiError
from ..faults import Fault, Kind, Target
from ..state import Sandbox
from ..store import calls
from . import spoiling
from .answers import Answer, error_answer
from .exchange import Exchange
from .requests import LARGEST_BODY

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ROOT = "/api/v1"
_DOCUMENT_FAULTS = (Kind.INCOMPLETE_JSON, Kind.WRONG_TYPES)
_UNKNOWN = "unknown"
_CHUNK = 65536
_MOST_DRAINED = 256 * 1024 * 1024


class Api:
    """Serves every operation of the contract below `/api/v1`."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = LARGEST_BODY
        return self.respond(request)(environ, start_response)

    def respond(self, request: Request) -> Response:
        """Answer a request, whatever it is."""
        started = time.perf_counter()
        path = request.path.removeprefix(ROOT)
        body = _body(request)
        operation, values, allowed = self._sandbox.contract.find(request.method, path)
        if operation is None:
            answer = _no_operation(request, allowed)
            self._record(request, None, answer.status, answer.code, started)
            return _response(answer)
        exchange = Exchange(self._sandbox, operation, request, values)
        target = Target(operation.operation_id, body, exchange.claimed_account())
        drawn = self._sandbox.faults.draw(target)
        for fault in drawn:
            if fault.kind is Kind.LATENCY:
                time.sleep(fault.seconds)
        strike = next((fault for fault in drawn if fault.kind is not Kind.LATENCY), None)
        response, code = _strike(strike, operation, exchange, request)
        names = ", ".join(fault.kind.value for fault in drawn)
        self._record(request, operation, response.status_code, code, started, names, exchange)
        return response

    def _record(
        self,
        request: Request,
        operation: Operation | None,
        status: int,
        code: str,
        started: float,
        fault: str = "",
        exchange: Exchange | None = None,
    ) -> None:
        call = calls.Call(
            at=self._sandbox.clock.now(),
            account=exchange.account if exchange else None,
            operation=operation.operation_id if operation else _UNKNOWN,
            method=request.method[:20],
            path=request.path[:200],
            query=_known_query(request, operation),
            items=exchange.items if exchange else None,
            status=status,
            code=code,
            fault=fault,
            milliseconds=round((time.perf_counter() - started) * 1000, 2),
        )
        calls.record(self._sandbox.database, call)


def _strike(
    fault: Fault | None, operation: Operation, exchange: Exchange, request: Request
) -> tuple[Response, str]:
    """The response with a fault, if there is one, and the error code that goes with it."""
    error = spoiling.api_error(fault) if fault else None
    if fault is None or error or fault.kind.spoils_answer:
        after = fault is not None and fault.is_after
        answer = exchange.answer(None if after else error, error if after else None)
        if fault and fault.kind in _DOCUMENT_FAULTS:
            answer.document = spoiling.spoilt_document(fault, operation, answer.document)
        response = _response(answer)
        return (spoiling.spoilt_response(fault, response) if fault else response), answer.code
    if fault.is_after:
        exchange.answer(None, None)
    response = spoiling.replacement(fault, request)
    return response, ""


def _no_operation(request: Request, allowed: set[str]) -> Answer:
    if allowed:
        error = ApiError("validation", f"{request.method[:20]} isn't possible here.", status=405)
        return error_answer(error, {"Allow": ", ".join(sorted(allowed))})
    return error_answer(ApiError("not_found", "There is nothing at this path."), {})


def _response(answer: Answer) -> Response:
    return Response(answer.body(), answer.status, answer.headers, mimetype="application/json")


def _body(request: Request) -> bytes:
    """The body, read to its end: closing a connection with unread data would lose the answer."""
    try:
        return request.get_data(cache=True)
    except HTTPException:  # too large: the exchange meets this again and answers it
        rest = get_input_stream(request.environ)
        for _ in range(_MOST_DRAINED // _CHUNK):
            if not rest.read(_CHUNK):
                break
        return b""


def _known_query(request: Request, operation: Operation | None) -> str:
    if operation is None:
        return ""
    known = {item.name for item in operation.parameters if item.location == "query"}
    pairs: list[tuple[str, Any]] = [
        (name, value[:100]) for name, value in request.args.items() if name in known
    ]
    return urlencode(pairs)
