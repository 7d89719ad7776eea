"""Page with the switches for oddities, and the dialects that are made of them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from ..errors import UsageError
from ..oddities import catalogue
from ..oddities.costs import COSTS
from ..running import sandbox

_TEXTS = ("kind", "operation", "reach", "key", "contains", "account", "value")
_WHOLE_NUMBERS = ("count", "skip", "row", "amount")
_WITH_AMOUNT = ("pages_smaller", "batch_too_large")


def add_routes(blueprint: Blueprint) -> None:
    """Register this module's pages."""
    blueprint.get("/oddities")(index_of_oddities)
    blueprint.post("/oddities")(switch_oddity_on)
    blueprint.post("/oddities/dialect")(speak_dialect)
    blueprint.post("/oddities/off")(switch_oddity_off)


def index_of_oddities() -> str:
    """Oddities that are on, and a form for another."""
    return render_template(
        "oddities.html",
        oddities=sandbox().oddities.all(),
        descriptions=catalogue.DESCRIPTIONS,
        costs={kind: cost.name.lower() for kind, cost in COSTS.items()},
        groups=catalogue.GROUPS,
        with_amount=" ".join(_WITH_AMOUNT),
        with_places=" ".join(catalogue.WITH_PLACES),
        dialects=catalogue.DIALECTS,
        operations=list(sandbox().contract.operations),
    )


def switch_oddity_on() -> Response:
    """Switch an oddity on."""
    oddity = catalogue.parse(_typed(), sandbox().contract.operations)
    sandbox().oddities.add(oddity)
    flash(f"On: {catalogue.DESCRIPTIONS[oddity.kind]}")
    return redirect("/oddities")


def speak_dialect() -> Response:
    """Switch all oddities of a dialect on."""
    found = sandbox().oddities.speak(request.form.get("name", ""))
    flash(f"On: {len(found)} oddities of the dialect {request.form['name']}.")
    return redirect("/oddities")


def switch_oddity_off() -> Response:
    """Switch one oddity off, or all of them."""
    number = request.form.get("id", type=int)
    if number is None:
        sandbox().oddities.clear()
    else:
        sandbox().oddities.remove(number)
    return redirect("/oddities")


def _typed() -> dict[str, Any]:
    form = {name: value.strip() for name, value in request.form.items() if value.strip()}
    typed: dict[str, Any] = {name: form[name] for name in _TEXTS if name in form}
    try:
        typed |= {name: int(form[name]) for name in _WHOLE_NUMBERS if name in form}
        if "per_cent" in form:
            typed["probability"] = float(form["per_cent"]) / 100
    except ValueError as error:
        raise UsageError("Counts, rows, amounts and per cent are numbers.") from error
    return typed
