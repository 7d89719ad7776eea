"""Page with the switches for faults."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from .. import faults
from ..errors import UsageError
from ..running import sandbox

_TEXTS = ("kind", "operation", "when", "contains", "account", "key", "location")
_WHOLE_NUMBERS = ("count", "skip")
_NUMBERS = ("seconds", "megabytes")


def add_routes(blueprint: Blueprint) -> None:
    """Register this module's pages."""
    blueprint.get("/faults")(index_of_faults)
    blueprint.post("/faults")(switch_on)
    blueprint.post("/faults/off")(switch_off)


def index_of_faults() -> str:
    """Faults that are on, and a form for another."""
    return render_template(
        "faults.html",
        faults=sandbox().faults.all(),
        kinds=list(faults.Kind),
        operations=list(sandbox().contract.operations),
    )


def switch_on() -> Response:
    """Switch a fault on."""
    fault = faults.parse(_typed(), sandbox().contract.operations)
    sandbox().faults.add(fault)
    flash(f"On: {fault.kind.description}")
    return redirect("/faults")


def switch_off() -> Response:
    """Switch one fault off, or all of them."""
    number = request.form.get("id", type=int)
    if number is None:
        sandbox().faults.clear()
    else:
        sandbox().faults.remove(number)
    return redirect("/faults")


def _typed() -> dict[str, Any]:
    form = {name: value.strip() for name, value in request.form.items() if value.strip()}
    typed: dict[str, Any] = {name: form[name] for name in _TEXTS if name in form}
    try:
        typed |= {name: int(form[name]) for name in _WHOLE_NUMBERS if name in form}
        typed |= {name: float(form[name]) for name in _NUMBERS if name in form}
        if "per_cent" in form:
            typed["probability"] = float(form["per_cent"]) / 100
    except ValueError as error:
        raise UsageError("Counts, seconds, megabytes and per cent are numbers.") from error
    return typed
