"""Control of what accounts have: accounts, lists, templates, senders, suppressions, refusals."""

from __future__ import annotations

import json

from flask import Blueprint, Response, jsonify, request

from ..clock import to_iso
from ..errors import UsageError
from ..running import now, sandbox
from ..store import accounts, lists, senders, suppressions, templates
from .reading import LARGEST_COUNT, account, fields, number_argument, owner_of, texts


def add_routes(blueprint: Blueprint) -> None:
    """Register this module's routes."""
    blueprint.post("/accounts")(create_account)
    blueprint.delete("/accounts/<path:username>")(delete_account)
    blueprint.post("/accounts/password")(change_password)
    blueprint.post("/lists")(create_list)
    blueprint.put("/lists/<id:list_id>")(rename_list)
    blueprint.delete("/lists/<id:list_id>")(delete_list)
    blueprint.get("/lists/<id:list_id>/recipients")(list_recipients)
    blueprint.post("/lists/<id:list_id>/recipients")(add_recipients)
    blueprint.delete("/lists/<id:list_id>/recipients")(remove_recipients)
    blueprint.post("/lists/<id:list_id>/populate")(populate_list)
    blueprint.post("/templates")(create_template)
    blueprint.put("/templates/<id:template_id>")(update_template)
    blueprint.delete("/templates/<id:template_id>")(delete_template)
    blueprint.post("/senders")(register_sender)
    blueprint.delete("/senders/<path:email>")(remove_sender)
    blueprint.post("/suppressions")(suppress)
    blueprint.delete("/suppressions/<path:email>")(lift_suppression)
    blueprint.post("/refusals")(refuse)
    blueprint.delete("/refusals")(accept_all)


def create_account() -> Response:
    """POST /control/accounts {username, password, client_id?, client_secret?, any_sender?}"""
    given = fields(
        required={"username": str, "password": str},
        optional={"client_id": str, "client_secret": str, "any_sender": bool},
    )
    accounts.create(
        sandbox().database,
        given["username"],
        given["password"],
        sandbox().setup.limits,
        any_sender=bool(given["any_sender"]),
        client_id=given["client_id"],
        client_secret=given["client_secret"],
    )
    return jsonify(username=given["username"])


def delete_account(username: str) -> Response:
    """DELETE /control/accounts/USERNAME"""
    accounts.delete(sandbox().database, account(username)["id"])
    return jsonify({})


def change_password() -> Response:
    """POST /control/accounts/password {password, account?}"""
    given = fields(required={"password": str}, optional={"account": str})
    owner = account(given["account"])
    accounts.set_password(sandbox().database, owner["id"], given["password"])
    return jsonify({})


def create_list() -> Response:
    """POST /control/lists {name, account?}"""
    given = fields(required={"name": str}, optional={"account": str})
    owner = account(given["account"])
    return jsonify(id=lists.create(sandbox().database, owner["id"], given["name"]))


def rename_list(list_id: int) -> Response:
    """PUT /control/lists/ID {name}"""
    name = fields(required={"name": str})["name"]
    lists.rename(sandbox().database, owner_of("list", list_id), list_id, name)
    return jsonify({})


def delete_list(list_id: int) -> Response:
    """DELETE /control/lists/ID"""
    lists.delete(sandbox().database, owner_of("list", list_id), list_id)
    return jsonify({})


def list_recipients(list_id: int) -> Response:
    """GET /control/lists/ID/recipients[?search=&offset=&limit=]"""
    owner_of("list", list_id)
    rows = lists.members(
        sandbox().database,
        list_id,
        request.args.get("search", ""),
        number_argument("offset", 0),
        number_argument("limit", LARGEST_COUNT),
    )
    return jsonify(
        recipients=[
            {
                "email": row["email"],
                "fields": json.loads(row["fields"] or "{}"),
                "added_at": to_iso(row["added_at"]),
            }
            for row in rows
        ]
    )


def add_recipients(list_id: int) -> Response:
    """POST /control/lists/ID/recipients {emails}"""
    emails = texts(fields(required={"emails": list})["emails"])
    outcomes = lists.add_recipients(
        sandbox().database,
        owner_of("list", list_id),
        list_id,
        [lists.NewRecipient(email, {}) for email in emails],
        now(),
    )
    return jsonify(results=[vars(outcome) for outcome in outcomes])


def remove_recipients(list_id: int) -> Response:
    """DELETE /control/lists/ID/recipients {emails}"""
    emails = texts(fields(required={"emails": list})["emails"])
    owner_id = owner_of("list", list_id)
    return jsonify(removed=lists.remove_recipients(sandbox().database, owner_id, list_id, emails))


def populate_list(list_id: int) -> Response:
    """POST /control/lists/ID/populate {count}"""
    count = fields(required={"count": int})["count"]
    if not 0 < count <= LARGEST_COUNT:
        raise UsageError(f"A list can be filled with 1 to {LARGEST_COUNT} people.")
    owner_id = owner_of("list", list_id)
    lists.populate(sandbox().database, owner_id, list_id, count, now())
    return jsonify({})


def create_template() -> Response:
    """POST /control/templates {name, subject?, html?, account?}"""
    given = fields(required={"name": str}, optional={"subject": str, "html": str, "account": str})
    owner = account(given["account"])
    template_id = templates.create(
        sandbox().database,
        owner["id"],
        given["name"],
        given["subject"] or "",
        given["html"] or "",
    )
    return jsonify(id=template_id)


def update_template(template_id: int) -> Response:
    """PUT /control/templates/ID {name?, subject?, html?}"""
    given = fields(optional={"name": str, "subject": str, "html": str})
    owner_id = owner_of("template", template_id)
    old = templates.find(sandbox().database, owner_id, template_id)
    new = {name: old[name] if value is None else value for name, value in given.items()}
    templates.update(sandbox().database, owner_id, template_id, **new)
    return jsonify({})


def delete_template(template_id: int) -> Response:
    """DELETE /control/templates/ID"""
    templates.delete(sandbox().database, owner_of("template", template_id), template_id)
    return jsonify({})


def register_sender() -> Response:
    """POST /control/senders {email, account?}"""
    given = fields(required={"email": str}, optional={"account": str})
    senders.register(sandbox().database, account(given["account"])["id"], given["email"])
    return jsonify({})


def remove_sender(email: str) -> Response:
    """DELETE /control/senders/EMAIL[?account=]"""
    senders.remove(sandbox().database, account()["id"], email)
    return jsonify({})


def suppress() -> Response:
    """POST /control/suppressions {emails, account?}"""
    given = fields(required={"emails": list}, optional={"account": str})
    owner = account(given["account"])
    suppressions.suppress(
        sandbox().database,
        owner["id"],
        texts(given["emails"]),
        "Suppressed by hand",
        now(),
    )
    return jsonify({})


def lift_suppression(email: str) -> Response:
    """DELETE /control/suppressions/EMAIL[?account=]"""
    suppressions.lift(sandbox().database, account()["id"], email)
    return jsonify({})


def refuse() -> Response:
    """POST /control/refusals {email, message?, account?}"""
    given = fields(required={"email": str}, optional={"message": str, "account": str})
    owner = account(given["account"])
    suppressions.refuse(sandbox().database, owner["id"], given["email"], given["message"] or "")
    return jsonify({})


def accept_all() -> Response:
    """DELETE /control/refusals[?account=&email=]"""
    suppressions.accept(sandbox().database, account()["id"], request.args.get("email"))
    return jsonify({})
