"""Answers before they become HTTP, and the check that they keep to the contract."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from ..contract import Contract, Operation
from ..errors import ApiError
from ..schemas import complaints

_logger = logging.getLogger("sandbox")
VIOLATION = "CONTRACT VIOLATION"


@dataclass
class Answer:
    """An answer with a JSON document as its body."""

    status: int
    document: Any
    headers: dict[str, str] = field(default_factory=dict)
    code: str = ""

    def body(self) -> bytes:
        """The body as it is sent; empty where the contract has none."""
        if self.document is None:
            return b""
        return json.dumps(self.document, ensure_ascii=False, separators=(",", ":")).encode()


def error_answer(contract: Contract, error: ApiError, headers: Mapping[str, str]) -> Answer:
    """The answer for an error, in the words of the contract."""
    shape, document = contract.error_shape, error.body()
    document = shape.named(document if "error" in shape.keys else document["error"])
    return Answer(error.status, document, dict(headers), error.code)


def checked(contract: Contract, operation: Operation, answer: Answer) -> Answer:
    """The answer itself if the contract allows it, else a 500 and a loud line in the log."""
    problem = _problem(operation, answer)
    if problem is None:
        return answer
    _logger.error("%s in %s %s: %s", VIOLATION, operation.operation_id, answer.status, problem)
    error = ApiError("server_error", "The sandbox broke the contract; its log says how.")
    return error_answer(contract, error, answer.headers)


def _problem(operation: Operation, answer: Answer) -> str | None:
    expected = operation.answer(answer.status)
    if expected is None:
        return "the contract knows no answer with this status"
    for name, validator in expected.headers.items():
        text = answer.headers.get(name)
        if text is None or not (validator.is_valid(int(text)) or validator.is_valid(text)):
            return f"the header {name} is {text}"
    if expected.body is None:
        return None
    errors = islice(complaints(expected.body, answer.document), 3)
    places = [f"{'.'.join(map(str, error.instance_path))}: {error.kind.name}" for error in errors]
    return "; ".join(places) or None
