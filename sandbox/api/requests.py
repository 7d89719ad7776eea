"""Reading a request: parameters and body as the contract wants them, or the error that it names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

import jsonschema_rs
from werkzeug.wrappers import Request

from .. import identifiers
from ..contract import Operation, Parameter
from ..errors import ApiError
from ..identifiers import Form
from ..schemas import complaints
from ..shapes import Kind, Shape

LARGEST_BODY = 8 * 1024 * 1024
_CODE_BY_MISSING_FIELD = {
    "subject": "subject_required",
    "description": "description_required",
    "templateId": "template_required",
}
_MEDIA_TYPE = "application/json"


def read_parameters(
    operation: Operation, request: Request, path_values: Mapping[str, str]
) -> dict[str, Any]:
    """All parameters of an operation by our names, with their defaults. Raises ApiError."""
    known = {item.name for item in operation.parameters if item.location == "query"}
    for name, texts in request.args.lists():
        if name not in known:
            raise ApiError("validation", f"There is no parameter {name[:100]} here.", name[:100])
        if len(texts) > 1:
            raise ApiError("validation", f"The parameter {name} is given more than once.", name)
    values = {}
    for parameter in operation.parameters:
        if not parameter.ours:
            continue  # always the same, and of no meaning to anybody here
        text = _text(parameter, request, path_values)
        if text is not None:
            values[parameter.ours] = _value(parameter, text)
        elif parameter.required:
            raise ApiError(
                "validation",
                f"The {parameter.location} {parameter.name} is missing.",
                parameter.name,
            )
        else:
            values[parameter.ours] = parameter.default
    return values


def read_body(operation: Operation, request: Request) -> Any:
    """The JSON body in our words, valid by the contract; None for an operation without one."""
    raw = request.get_data(cache=True)
    if operation.body is None:
        if raw:
            raise ApiError("validation", "This operation takes no body.")
        return None
    if request.mimetype != _MEDIA_TYPE:
        raise ApiError("validation", f"The body must be {_MEDIA_TYPE}.", "Content-Type")
    body = _with_numbers(_parse(raw), operation.body_shape)
    errors = list(complaints(operation.body, body))
    if errors:
        _refuse(errors, operation.body_shape)
    return operation.body_shape.understood(body)


def _with_numbers(body: Any, shape: Shape) -> Any:
    """The body with ids that an oddity gave out as GUIDs in the form that the contract wants."""
    if not isinstance(body, dict):
        return body
    ids = (key for key in shape.keys.values() if key.shape.kind is Kind.IDENTIFIER)
    numbers = {key.name for key in ids if key.shape.form is Form.NUMBER}
    return {
        name: identifiers.read(value) if name in numbers and identifiers.is_guid(value) else value
        for name, value in body.items()
    }


def header_text(request: Request, name: str) -> str | None:
    """A header as its sender meant it: UTF-8 if it is that, else Latin-1."""
    text = request.headers.get(name)
    if text is None:
        return None
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _text(parameter: Parameter, request: Request, path: Mapping[str, str]) -> str | None:
    if parameter.location == "path":
        return path[parameter.ours]
    if parameter.location == "header":
        return header_text(request, parameter.name)
    return request.args.get(parameter.name)


def _value(parameter: Parameter, text: str) -> Any:
    value: Any = text
    if parameter.shape.kind is Kind.IDENTIFIER and identifiers.is_guid(text):
        return identifiers.read(text)
    if parameter.kind == "integer":
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 100):
            raise ApiError(
                "validation", f"{parameter.name} must be a whole number.", parameter.name
            )
        value = int(text)
    for error in complaints(parameter.validator, value):
        raise ApiError(
            "validation", f"{parameter.name} is wrong: {_short(error.message)}.", parameter.name
        )
    return parameter.shape.understood(value)


def _parse(raw: bytes) -> Any:
    try:
        body = json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
        if b"\\u" in raw:  # half of a surrogate pair is JSON, but no text
            json.dumps(body, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise ApiError("validation", "The body isn't valid JSON in UTF-8.") from None
    return body


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _refuse(errors: list[jsonschema_rs.ValidationError], shape: Shape) -> NoReturn:
    """Raise the most telling error: one that has a code of its own before all others."""
    found = [_api_error(error, shape) for error in errors]
    raise next((error for error in found if error.code != "validation"), found[0])


def _api_error(error: jsonschema_rs.ValidationError, shape: Shape) -> ApiError:
    keyword = error.kind.name
    place = [str(part) for part in error.instance_path]
    if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.Required):
        place.append(error.kind.property)
    field = ".".join(place) or None
    ours = shape.our_name(field or "")
    missing = _CODE_BY_MISSING_FIELD.get(ours)
    if missing and keyword in ("required", "minLength"):
        return ApiError(missing, f"{field} is required and has not been provided.", field)
    if keyword == "maxItems" and ours == "recipients":
        return ApiError("too_many_recipients", f"{_short(error.message)}.", field)
    where = f"{field}: " if field else ""
    return ApiError("validation", f"The body is wrong: {where}{_short(error.message)}.", field)


def _short(message: str) -> str:
    return message if len(message) <= 200 else f"{message[:80]} ... {message[-100:]}"
