"""Oddity by operation over HTTP: what the client that meets it loses, and that nothing lasts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields as fields_of
from dataclasses import is_dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from campaign_master_api import (
    AddAnswer,
    AddStatus,
    CampaignMasterClient,
    CampaignMasterError,
    CampaignStatus,
)
from oddity_table import printed
from oddity_world import PEOPLE, Call, Result, World

from sandbox import identifiers
from sandbox.oddities.catalogue import DESCRIPTIONS, GROUPS
from sandbox.oddities.costs import Cost, allowed

# They change what is told, and it is taken as told.
AS_TOLD = frozenset({"figures_contradict", "dates_before_launch"})
# The one recipient that a call fails for; whoever halves a batch finds him.
OF_ONE = frozenset({"failing_500", "firewall_page"})
REASONS = frozenset(GROUPS["Reasons of refusals"])


@pytest.fixture(scope="module")
def cells(world: World) -> dict[tuple[str, str], Cost | str]:
    """What each oddity cost at each operation that it fits; a text says what went wrong."""
    found = {}
    with world.client() as client:
        for operation, call in world.calls().items():
            for kind in DESCRIPTIONS:
                cost = _cell(world, client, kind, operation, call)
                if cost is not None:
                    found[kind, operation] = cost
    return found


def _cell(
    world: World, client: CampaignMasterClient, kind: str, operation: str, call: Call
) -> Cost | str | None:
    """The cost, a text for what is wrong, None where the oddity fits no answer."""
    if kind in REASONS:
        world.control.set_fault("validation", operation)
    before = _told(call, client)
    contains = PEOPLE[0] if kind in OF_ONE and operation == "addListRecipients" else ""
    oddity = world.control.set_oddity(kind, operation, contains=contains)
    odd = _told(call, client)
    has_struck = world.control.remove_oddity(oddity) > 0
    after = _told(call, client)
    if kind in REASONS:
        world.control.clear_faults()
    if not has_struck:
        return None
    if _cost(before, after) is not Cost.NOTHING:
        return f"afterwards {after!r}"
    return Cost.NOTHING if kind in AS_TOLD and odd != before else _cost(before, odd)


def _told(call: Call, client: CampaignMasterClient) -> Result:
    try:
        return call(client)
    except CampaignMasterError as error:
        return error


def _cost(even: Result, odd: Result) -> Cost | str:
    """What is lost in `odd`; a text where it says something else than `even`."""
    if isinstance(even, CampaignMasterError) and type(odd) is type(even):
        told = getattr(odd, "server_message", "") == getattr(even, "server_message", "")
        return Cost.NOTHING if told else f"the reason is {odd}"
    if isinstance(odd, CampaignMasterError):
        return Cost.RUN
    if isinstance(even, AddAnswer):
        return _cost_of_results(even, odd)
    if isinstance(even, list):
        return _cost_of_rows(even, odd)
    return _cost_of_value(even, odd)


def _cost_of_results(even: AddAnswer, odd: AddAnswer) -> Cost | str:
    lost = 0
    for one, other in zip(even.results, odd.results, strict=True):
        if other is None or other.status is AddStatus.UNKNOWN:
            lost += 1
        elif one != other:
            return f"{one} became {other}"
    if lost == len(PEOPLE):
        return Cost.RUN
    return Cost.RECIPIENT if lost == 1 else f"{lost} recipients" if lost else Cost.NOTHING


def _cost_of_rows(even: list[Any], odd: list[Any]) -> Cost | str:
    def key(row: Any) -> str:
        known_by = str(getattr(row, "id", "") or getattr(row, "email", "") or row.name)
        return str(identifiers.read(known_by)) if identifiers.is_guid(known_by) else known_by

    known = {key(row): row for row in even}
    if [key(row) for row in odd] != [name for name in known if name in set(map(key, odd))]:
        return f"rows {odd}"
    costs = [_cost_of_value(known[key(row)], row) for row in odd]
    if wrong := [cost for cost in costs if isinstance(cost, str)]:
        return wrong[0]
    lost = len(even) - len(odd)
    return Cost.ROW if lost == 1 else f"{lost} rows" if lost else max(costs)


def _cost_of_value(even: Any, odd: Any) -> Cost | str:
    if is_dataclass(even) and not isinstance(even, type):
        pairs = [
            (getattr(even, one.name), getattr(odd, one.name, None))
            for one in fields_of(even)
            if one.name != "status_text"
        ]
        costs = [_cost_of_value(one, other) for one, other in pairs]
        if wrong := [cost for cost in costs if isinstance(cost, str)]:
            return wrong[0]
        return max(costs)
    if _is_same(even, odd):
        return Cost.NOTHING
    lost = odd in (None, "", False, CampaignStatus.UNKNOWN)
    return Cost.VALUE if lost else f"{even!r} became {odd!r}"


def _is_same(even: Any, odd: Any) -> bool:
    if identifiers.is_guid(odd):
        return str(identifiers.read(odd)) == even
    if isinstance(even, datetime) and isinstance(odd, datetime):
        return abs(even - odd) < timedelta(seconds=1)
    return bool(even == odd)


@pytest.mark.parametrize("kind", DESCRIPTIONS)
def test_an_oddity_costs_at_most_what_it_is_about(
    cells: dict[tuple[str, str], Cost | str], kind: str
) -> None:
    found = {operation: cost for (name, operation), cost in cells.items() if name == kind}
    assert found, "it fits no answer"
    dear = {
        operation: cost
        for operation, cost in found.items()
        if isinstance(cost, str) or cost > bound(kind, operation)
    }
    assert dear == {}


def bound(kind: str, operation: str) -> Cost:
    """What it may cost one call: whoever halves batches, loses one recipient only."""
    return Cost.RUN if kind in OF_ONE else allowed(kind, operation)


def test_the_table_is_printed(
    cells: dict[tuple[str, str], Cost | str], record_property: Callable[[str, object], None]
) -> None:
    record_property("printed", printed(cells, "the client"))
    assert {cost for cost in cells.values() if isinstance(cost, Cost)} == set(Cost)
