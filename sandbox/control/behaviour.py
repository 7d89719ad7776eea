"""Control of how the sandbox behaves: beginning anew, clock, limits, tokens, faults, calls."""

from __future__ import annotations

from dataclasses import fields as fields_of
from typing import Any

from flask import Blueprint, Response, jsonify, request

from .. import faults
from ..clock import SECOND, to_iso
from ..errors import UsageError
from ..oddities import catalogue
from ..running import now, sandbox
from ..simulation.statistics import campaign_document, statistics_document
from ..store import accounts, calls, campaigns, lists, quota, senders, suppressions, templates
from .reading import account, fields, number_argument

_LIMITS = {
    "hourly_limit": int,
    "monthly_limit": int,
    "token_minutes": float,
    "calls_this_hour": int,
    "calls_this_month": int,
}
_KINDS_OF_FAULT_FIELDS = {
    "kind": str, "operation": str, "count": int, "skip": int, "probability": float,
    "contains": str, "when": str, "seconds": float, "megabytes": float, "key": str,
    "location": str, "account": str,
}  # fmt: skip
_KINDS_OF_ODDITY_FIELDS = {
    "kind": str, "operation": str, "count": int, "skip": int, "probability": float,
    "contains": str, "account": str, "reach": str, "row": int, "key": str, "amount": int,
    "value": str,
}  # fmt: skip
_ALL = 1_000_000


def add_routes(blueprint: Blueprint) -> None:
    """Register this module's routes."""
    blueprint.post("/reset")(reset)
    blueprint.get("/state")(state)
    blueprint.get("/clock")(show_clock)
    blueprint.post("/clock")(change_clock)
    blueprint.post("/limits")(set_limits)
    blueprint.post("/tokens/expire")(expire_tokens)
    blueprint.get("/faults")(show_faults)
    blueprint.post("/faults")(add_fault)
    blueprint.delete("/faults")(clear_faults)
    blueprint.delete("/faults/<int:fault_id>")(remove_fault)
    blueprint.get("/oddities")(show_oddities)
    blueprint.post("/oddities")(add_oddity)
    blueprint.delete("/oddities")(clear_oddities)
    blueprint.delete("/oddities/<int:oddity_id>")(remove_oddity)
    blueprint.post("/dialect")(speak)
    blueprint.get("/calls")(show_calls)
    blueprint.delete("/calls")(clear_calls)


def reset() -> Response:
    """POST /control/reset {empty?, seed?}"""
    given = fields(optional={"empty": bool, "seed": int})
    sandbox().reset(empty=given["empty"], seed=given["seed"])
    return jsonify({})


def state() -> Response:
    """GET /control/state[?recipients=1]"""
    with_recipients = request.args.get("recipients") == "1"
    now()
    return jsonify(
        clock=_clock(),
        seed=sandbox().seed,
        accounts=[
            _account_document(row["id"], with_recipients)
            for row in accounts.all_accounts(sandbox().database)
        ],
        faults=[fault.document() for fault in sandbox().faults.all()],
        oddities=[oddity.document() for oddity in sandbox().oddities.all()],
        call_counts=_counts(),
    )


def show_clock() -> Response:
    """GET /control/clock"""
    return jsonify(_clock())


def change_clock() -> Response:
    """POST /control/clock {advance_seconds?, frozen?}"""
    given = fields(optional={"advance_seconds": float, "frozen": bool})
    seconds = given["advance_seconds"] or 0
    if not 0 <= seconds <= 10 * 366 * 86400:
        raise UsageError("The clock goes forward only, ten years at most.")
    if given["frozen"]:
        sandbox().clock.freeze()
    elif given["frozen"] is False:
        sandbox().clock.run()
    sandbox().clock.advance(int(seconds * SECOND))
    now()
    return jsonify(_clock())


def set_limits() -> Response:
    """POST /control/limits {account?, hourly_limit?, monthly_limit?, token_minutes?, ...}"""
    given = fields(optional={"account": str, **_LIMITS})
    owner = account(given.pop("account"))
    changes = {name: value for name, value in given.items() if value is not None}
    quota.set_limits(sandbox().database, owner["id"], changes, now())
    return jsonify(_quota(owner["id"]))


def expire_tokens() -> Response:
    """POST /control/tokens/expire {account?}"""
    owner = account(fields(optional={"account": str})["account"])
    ended = accounts.expire_tokens(sandbox().database, owner["id"], now())
    return jsonify(expired=ended)


def show_faults() -> Response:
    """GET /control/faults"""
    return jsonify(faults=[fault.document() for fault in sandbox().faults.all()])


def add_fault() -> Response:
    """POST /control/faults {kind, operation?, count?, ...}"""
    known = {field.name for field in fields_of(faults.Fault)}
    assert set(_KINDS_OF_FAULT_FIELDS) <= known
    given = fields(required={"kind": str}, optional=_KINDS_OF_FAULT_FIELDS)
    document = {name: value for name, value in given.items() if value is not None}
    fault = faults.parse(document, sandbox().contract.operations)
    return jsonify(sandbox().faults.add(fault).document())


def clear_faults() -> Response:
    """DELETE /control/faults"""
    sandbox().faults.clear()
    return jsonify({})


def remove_fault(fault_id: int) -> Response:
    """DELETE /control/faults/ID"""
    return jsonify(sandbox().faults.remove(fault_id).document())


def show_oddities() -> Response:
    """GET /control/oddities"""
    return jsonify(
        oddities=[oddity.document() for oddity in sandbox().oddities.all()],
        kinds=catalogue.DESCRIPTIONS,
        dialects=catalogue.DIALECTS,
    )


def add_oddity() -> Response:
    """POST /control/oddities {kind, operation?, count?, ...}"""
    given = fields(required={"kind": str}, optional=_KINDS_OF_ODDITY_FIELDS)
    document = {name: value for name, value in given.items() if value is not None}
    oddity = catalogue.parse(document, sandbox().contract.operations)
    return jsonify(sandbox().oddities.add(oddity).document())


def clear_oddities() -> Response:
    """DELETE /control/oddities"""
    sandbox().oddities.clear()
    return jsonify({})


def remove_oddity(oddity_id: int) -> Response:
    """DELETE /control/oddities/ID"""
    return jsonify(sandbox().oddities.remove(oddity_id).document())


def speak() -> Response:
    """POST /control/dialect {name, account?}"""
    given = fields(required={"name": str}, optional={"account": str})
    found = sandbox().oddities.speak(given["name"], account=given["account"] or "")
    return jsonify(oddities=[oddity.document() for oddity in found])


def show_calls() -> Response:
    """GET /control/calls[?operation=&after=&limit=]"""
    rows = calls.recent(
        sandbox().database,
        request.args.get("operation"),
        number_argument("after", 0),
        number_argument("limit", 1000),
    )
    documents = [dict(row) | {"at": to_iso(row["at"])} for row in rows]
    return jsonify(calls=documents, counts=_counts())


def clear_calls() -> Response:
    """DELETE /control/calls"""
    calls.clear(sandbox().database)
    return jsonify({})


def _clock() -> dict[str, Any]:
    clock = sandbox().clock
    return {"now": to_iso(clock.now()), "frozen": clock.is_frozen()}


def _counts() -> dict[str, Any]:
    return {
        row["operation"]: {"calls": row["calls"], "failures": row["failures"]}
        for row in calls.counts(sandbox().database)
    }


def _quota(account_id: int) -> dict[str, Any]:
    database = sandbox().database
    row = accounts.by_id(database, account_id)
    current = quota.current(row, sandbox().clock.now())
    return {
        "hourly_limit": current.hourly_limit,
        "calls_this_hour": current.calls_this_hour,
        "hour_ends_at": to_iso(current.hour_ends_at),
        "monthly_limit": current.monthly_limit,
        "calls_this_month": current.calls_this_month,
        "token_minutes": row["token_minutes"],
    }


def _account_document(account_id: int, with_recipients: bool) -> dict[str, Any]:
    database = sandbox().database
    return {
        "username": accounts.by_id(database, account_id)["username"],
        "quota": _quota(account_id),
        "senders": senders.registered(database, account_id),
        "lists": [
            _list_document(row, with_recipients)
            for row in lists.page(database, account_id, 0, _ALL)
        ],
        "templates": [
            {"id": row["id"], "name": row["name"], "subject": row["subject"]}
            for row in templates.page(database, account_id, 0, _ALL)
        ],
        "campaigns": [
            campaign_document(row) | {"statistics": statistics_document(row)}
            for row in campaigns.page(database, account_id, None, 0, _ALL)
        ],
        "suppressions": [
            row["email"] for row in suppressions.page(database, account_id, "", 0, _ALL)
        ],
    }


def _list_document(row: Any, with_recipients: bool) -> dict[str, Any]:
    document = {"id": row["id"], "name": row["name"], "recipient_count": row["recipient_count"]}
    if with_recipients:
        members = lists.members(sandbox().database, row["id"], "", 0, _ALL)
        document["recipients"] = [member["email"] for member in members]
    return document
