"""Control of campaigns: launching them, and what became of them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from .. import identifiers
from ..errors import UsageError
from ..running import now, sandbox
from ..simulation import launch as simulation
from ..simulation.behaviour import Rates
from ..simulation.statistics import campaign_document, recipient_document, statistics_document
from ..store import campaigns, recipients
from .reading import LARGEST_COUNT, fields, number_argument, owner_of

_ORDER = {"speed": float, "seed": int, "rates": dict}


def add_routes(blueprint: Blueprint) -> None:
    """Register this module's routes."""
    blueprint.get("/campaigns/<id:campaign_id>")(show_campaign)
    blueprint.delete("/campaigns/<id:campaign_id>")(delete_campaign)
    blueprint.get("/campaigns/<id:campaign_id>/recipients")(campaign_recipients)
    blueprint.post("/campaigns/<id:campaign_id>/launch")(launch)
    blueprint.post("/campaigns/<id:campaign_id>/populate")(populate)


def show_campaign(campaign_id: int) -> Response:
    """GET /control/campaigns/ID"""
    return _campaign(campaign_id)


def delete_campaign(campaign_id: int) -> Response:
    """DELETE /control/campaigns/ID"""
    campaigns.delete(sandbox().database, owner_of("campaign", campaign_id), campaign_id)
    return jsonify({})


def campaign_recipients(campaign_id: int) -> Response:
    """GET /control/campaigns/ID/recipients[?search=&offset=&limit=]"""
    now()
    campaign = campaigns.find(sandbox().database, owner_of("campaign", campaign_id), campaign_id)
    rows = recipients.search(
        sandbox().database,
        campaign,
        request.args.get("search", ""),
        number_argument("offset", 0),
        number_argument("limit", LARGEST_COUNT),
    )
    return jsonify(recipients=[recipient_document(row) for row in rows])


def launch(campaign_id: int) -> Response:
    """POST /control/campaigns/ID/launch {list_id, speed?, seed?, rates?}"""
    given = fields(required={"list_id": object}, optional=_ORDER)
    list_id = identifiers.read(given["list_id"])
    if type(list_id) is not int:
        raise UsageError("The field list_id must be an id.")
    simulation.launch(
        sandbox().database,
        owner_of("campaign", campaign_id),
        campaign_id,
        list_id,
        _order(given),
        now(),
    )
    return _campaign(campaign_id)


def populate(campaign_id: int) -> Response:
    """POST /control/campaigns/ID/populate {count, speed?, seed?, rates?}"""
    given = fields(required={"count": int}, optional=_ORDER)
    if given["count"] > LARGEST_COUNT:
        raise UsageError(f"{LARGEST_COUNT} recipients at most.")
    simulation.populate(
        sandbox().database,
        owner_of("campaign", campaign_id),
        campaign_id,
        given["count"],
        _order(given),
        now(),
    )
    return _campaign(campaign_id)


def _order(given: dict[str, Any]) -> simulation.Order:
    seed = sandbox().seed if given["seed"] is None else given["seed"]
    rates = given["rates"] or {}
    unknown = sorted(set(rates) - set(vars(Rates())))
    if unknown:
        raise UsageError(f"There is no rate {unknown[0]}; known: {', '.join(vars(Rates()))}.")
    if not all(isinstance(rate, (int, float)) for rate in rates.values()):
        raise UsageError("A rate is a share from 0 to 1.")
    return simulation.Order(seed=seed, speed=given["speed"], rates=Rates(**rates))


def _campaign(campaign_id: int) -> Response:
    now()
    row = campaigns.find(sandbox().database, owner_of("campaign", campaign_id), campaign_id)
    document = campaign_document(row) | {"statistics": statistics_document(row)}
    return jsonify(document | {"list_name": row["list_name"], "seed": row["seed"]})
