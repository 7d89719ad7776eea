"""Answers that are one mutation away from the contract: the client loses that one thing at most."""

from __future__ import annotations

import json
from dataclasses import fields as fields_of
from dataclasses import replace
from typing import Any

import pytest
from campaign_master_api import AddAnswer, CampaignMasterError
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from oddity_world import PEOPLE, World

from sandbox.contract import Contract
from sandbox.shapes import Kind

OPERATIONS = Contract().operations
# Without them an answer isn't what it is for, or could mean two things.
ESSENTIAL = {
    ("authenticate", "token"),
    ("listCampaigns", "id"),
    ("listCampaigns", "externalId"),
    ("createCampaign", "id"),
    ("getCampaign", "id"),
}
EXAMPLES = 4
OF_PAGE = ("number", "isLast")
ATTRIBUTES = {"status": ("status", "status_text", "message")}


def _keys() -> list[tuple[str, str, bool]]:
    """Operation, our name of a value, and whether it is in a row."""
    found = []
    for name, operation in OPERATIONS.items():
        rows = operation.rows.shape.items if operation.rows else None
        for ours, key in operation.shape.keys.items():
            if key.shape.kind not in (Kind.ARRAY, Kind.OBJECT):
                found.append((name, ours, False))
        found += [(name, ours, True) for ours in (rows.keys if rows else ())]
    return found


JSON_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="utf-8"), max_size=80),
    st.sampled_from(["", " ", "0001-01-01", "/Date(1)/", "12", "-1", "NULL", "yes", "\u202e", "."]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.none(), max_size=2),
)


@pytest.mark.parametrize("place", _keys(), ids=lambda place: f"{place[0]}-{place[1]}")
@given(row=st.integers(1, 3), value=JSON_VALUES)
@example(row=1, value="x" * 65)
@example(row=2, value=PEOPLE[0])
@example(row=1, value=None)
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_one_mutation_costs_one_thing(
    world: World, place: tuple[str, str, bool], row: int, value: Any
) -> None:
    operation, ours, is_in_row = place
    call = world.calls()[operation]
    with world.client() as client:
        even = call(client)
        world.control.set_oddity(
            "value_other",
            operation,
            key=ours,
            row=row if is_in_row else None,
            value=json.dumps(value),
        )
        try:
            odd = call(client)
        except CampaignMasterError:
            odd = None
        finally:
            world.control.clear_oddities()
        assert call(client) == even
    if odd is None:
        assert (operation, ours) in ESSENTIAL or ours in OF_PAGE
    elif is_in_row and isinstance(even, (list, AddAnswer)):
        _check_rows(even, odd, row, ours)
    elif ours not in OF_PAGE:
        assert _without(even, ours) == _without(odd, ours)


def _check_rows(even: Any, odd: Any, row: int, ours: str) -> None:
    """All rows but that one are the same, and that one but for the value, or it isn't there."""
    before, after = ([*getattr(one, "results", one)] for one in (even, odd))
    own = before.pop(row - 1)
    if len(after) > len(before):
        found = after.pop(row - 1)
        assert found is None or _without(found, ours) == _without(own, ours)
    assert after == before


def _without(value: Any, ours: str) -> Any:
    """An object without what was mutated."""
    attribute = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in ours)
    names = ATTRIBUTES.get(ours, (attribute,))
    known = {one.name for one in fields_of(value)} if hasattr(value, "__dataclass_fields__") else {}
    return replace(value, **{name: None for name in names if name in known}) if known else None


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_has_values_to_mutate(operation: str) -> None:
    assert [name for name, _ours, _is_in_row in _keys() if name == operation]
