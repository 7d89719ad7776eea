"""The API as a WSGI application, with the log of calls around each call."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response
from werkzeug.wsgi import get_input_stream

from ..contract import Contract, Operation
from ..errors import ApiError
from ..state import Sandbox
from ..store import calls
from .answers import Answer, error_answer
from .call import Call
from .exchange import Exchange
from .requests import LARGEST_BODY

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_UNKNOWN = "unknown"
_CHUNK = 65536
_MOST_DRAINED = 256 * 1024 * 1024


class Api:
    """Serves every operation of the contract below the contract's root."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = LARGEST_BODY
        return self.respond(request)(environ, start_response)

    def respond(self, request: Request) -> Response:
        """Answer a request, whatever it is."""
        started = time.perf_counter()
        contract = self._sandbox.contract
        body = _body(request)
        path = request.path.removeprefix(contract.root)
        operation, values, allowed = contract.find(request.method, path)
        if operation is None:
            answer = _no_operation(contract, request, allowed)
            self._record(request, None, answer.status, answer.code, started)
            return _plain(answer)
        call = Call(self._sandbox, operation, request, values, body)
        response, code = call.respond()
        names = ", ".join(call.struck)
        self._record(request, operation, response.status_code, code, started, names, call.exchange)
        return response

    def serves(self, path: str, accepts_pages: bool) -> bool:
        """Whether a path belongs to the API; without a root of its own that is what isn't asked
        for as a page."""
        contract = self._sandbox.contract
        if contract.root:
            return path.startswith(f"{contract.root}/")
        return not accepts_pages and contract.knows(path)

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


def _no_operation(contract: Contract, request: Request, allowed: set[str]) -> Answer:
    if allowed:
        error = ApiError("validation", f"{request.method[:20]} isn't possible here.", status=405)
        return error_answer(contract, error, {"Allow": ", ".join(sorted(allowed))})
    return error_answer(contract, ApiError("not_found", "There is nothing at this path."), {})


def _plain(answer: Answer) -> Response:
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
