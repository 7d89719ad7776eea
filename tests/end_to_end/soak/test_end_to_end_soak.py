"""Odoo, Campaign Master or PostgreSQL die at a random moment of a sync: nothing lost or doubled.

`make soak` plays many rounds; the environment variables that it sets say how many.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
import soak_rounds
from soak_rounds import Course, Plan
from soak_world import DISRUPTIONS, World

SEED = int(os.environ.get("CAMPAIGN_MASTER_SOAK_SEED", "1"))
ROUNDS = int(os.environ.get("CAMPAIGN_MASTER_SOAK_ROUNDS", len(DISRUPTIONS)))
PLANS = soak_rounds.plans(SEED, ROUNDS)


@pytest.fixture(scope="module")
def people(world: World) -> list[int]:
    """Contacts that are on all campaigns; and the account that they are sent through."""
    values = {
        "enabled": True,
        "username": world.sandbox.username,
        "password": world.sandbox.password,
        "api_url": world.sandbox.url,
    }
    world.odoo.admin.call("campaign.master.account", "create", [values])
    return soak_rounds.make_people(world)


@pytest.fixture(scope="module")
def seconds(world: World, people: list[int]) -> float:
    """How long a sync takes on this machine, now."""
    return soak_rounds.seconds_of_a_sync(world, people)


@pytest.fixture(scope="module")
def courses() -> list[Course]:
    """The rounds that were played so far."""
    return []


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: f"{plan.number}-{plan.kind}")
def test_a_killed_sync_ends_as_an_undisturbed_one(
    world: World, people: list[int], seconds: float, courses: list[Course], plan: Plan
) -> None:
    course = soak_rounds.play(world, plan, people, seconds)
    courses.append(course)
    print(f"\n{soak_rounds.line(course)}", end="", flush=True)

    assert course.end_state == "undisturbed"


def test_the_moments_were_spread_over_the_sync(
    courses: list[Course], record_property: Callable[[str, object], None]
) -> None:
    record_property("printed", soak_rounds.printed(SEED, courses))

    assert {course.plan.kind for course in courses} == set(DISRUPTIONS)
    assert len({course.calls for course in courses}) > 1
