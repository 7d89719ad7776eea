"""One call with the faults and oddities that strike it."""

from __future__ import annotations

import time
from typing import Any

from werkzeug.wrappers import Request, Response

from ..contract import Operation
from ..errors import ApiError
from ..faults import Fault, Kind
from ..oddities.answer import Outgoing
from ..oddities.catalogue import OddCall
from ..oddities.refusals import Refusal
from ..state import Sandbox
from ..switches import Target
from . import spoiling
from .answers import Answer
from .exchange import Exchange

_DOCUMENT_FAULTS = (Kind.INCOMPLETE_JSON, Kind.WRONG_TYPES)
_NOT_DONE = ApiError("server_error", "The operation wasn't done.")


class Call:
    """One call; its exchange is what would become of it without them."""

    def __init__(
        self,
        sandbox: Sandbox,
        operation: Operation,
        request: Request,
        values: dict[str, str],
        body: bytes,
    ) -> None:
        self.exchange = Exchange(sandbox, operation, request, values, self._read)
        self._sandbox = sandbox
        self._operation = operation
        self._request = request
        target = Target(operation.operation_id, body, self.exchange.claimed_account())
        self._drawn = sandbox.faults.draw(target)
        self._odd = OddCall(sandbox.oddities, sandbox.contract, operation, target)

    @property
    def struck(self) -> list[str]:
        """Names of the faults and oddities that this call has met."""
        return [*(fault.kind.value for fault in self._drawn), *self._odd.kinds]

    def respond(self) -> tuple[Response, str]:
        """The response, and the error code that goes with it."""
        for fault in self._drawn:
            if fault.kind is Kind.LATENCY:
                time.sleep(fault.seconds)
        strike = next((fault for fault in self._drawn if fault.kind is not Kind.LATENCY), None)
        error = spoiling.api_error(strike) if strike else None
        if strike is None or error or strike.kind.spoils_answer:
            return self._answer(strike, error)
        if strike.is_after:
            self.exchange.answer(None, None)
        return spoiling.replacement(strike, self._request), ""

    def _read(self, parameters: dict[str, Any]) -> dict[str, Any]:
        return self._odd.read(parameters)

    def _answer(self, fault: Fault | None, error: ApiError | None) -> tuple[Response, str]:
        """What the operation answers, or an error in its place, spoilt by fault and oddities."""
        refusal = self._odd.refusal() if fault is None else None
        if refusal:
            return self._refuse(refusal)
        after = fault is not None and fault.is_after
        answer = self.exchange.answer(None if after else error, error if after else None)
        if fault and fault.kind in _DOCUMENT_FAULTS:
            answer.document = spoiling.spoilt_document(fault, self._operation, answer.document)
        outgoing = self._outgoing(answer)
        response = self._spoilt(outgoing)
        return (spoiling.spoilt_response(fault, response) if fault else response), answer.code

    def _outgoing(self, answer: Answer) -> Outgoing:
        contract = self._sandbox.contract
        return Outgoing(
            contract,
            self._operation,
            answer.status,
            answer.document,
            answer.headers,
        )

    def _refuse(self, refusal: Refusal) -> tuple[Response, str]:
        """Count the call and check its token as ever, and then refuse it."""
        answer = self.exchange.answer(_NOT_DONE, None)
        if answer.code != _NOT_DONE.code:
            refused = self._outgoing(answer)
        else:
            contract = self._sandbox.contract
            refused = refusal.answer(contract, self._operation, answer.headers)
        return self._spoilt(refused), answer.code

    def _spoilt(self, answer: Outgoing) -> Response:
        answer.now = self._sandbox.clock.now()
        return _response(self._odd.spoil(answer))


def _response(answer: Outgoing) -> Response:
    response = Response(answer.body(), answer.status, answer.headers, mimetype=answer.media_type)
    if answer.media_type is None:
        response.headers.pop("Content-Type", None)
    return response
