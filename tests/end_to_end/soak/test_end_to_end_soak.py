"""Odoo, Campaign Master or PostgreSQL die at a random moment: nothing lost or doubled.

`make soak` plays many rounds; the environment variables that it sets say how many.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
import soak_rounds
import soak_statistics
from soak_rounds import PEOPLE, Course, Plan
from soak_statistics import Statistics
from soak_sync import Sync
from soak_world import DISRUPTIONS, World
from steps import make_contacts

SEED = int(os.environ.get("CAMPAIGN_MASTER_SOAK_SEED", "1"))
ROUNDS = int(os.environ.get("CAMPAIGN_MASTER_SOAK_ROUNDS", "0"))
PLANS_OF_SYNCS = soak_rounds.plans(SEED, ROUNDS or len(DISRUPTIONS))
PLANS_OF_STATISTICS = soak_rounds.plans(SEED, ROUNDS or 3)


@pytest.fixture(scope="module")
def account(world: World) -> None:
    """The account that everything is sent through."""
    values = {
        "enabled": True,
        "username": world.sandbox.username,
        "password": world.sandbox.password,
        "api_url": world.sandbox.url,
    }
    world.odoo.admin.call("campaign.master.account", "create", [values])


@pytest.fixture(scope="module")
def people(world: World, account: None) -> list[int]:
    """Contacts that are on all campaigns."""
    return make_contacts(world.odoo.admin, "person", PEOPLE)


@pytest.fixture(scope="module")
def seconds_of_a_sync(world: World, people: list[int]) -> float:
    """How long a sync takes on this machine, now."""
    return soak_rounds.seconds_undisturbed(world, Sync(world, "Undisturbed", people))


@pytest.fixture(scope="module")
def launched(world: World, account: None) -> Sync:
    """Campaigns that were sent to readers, of whom some leave."""
    soak_rounds.settle(world)
    return soak_statistics.launched(world, make_contacts(world.odoo.admin, "reader", PEOPLE))


@pytest.fixture(scope="module")
def seconds_of_statistics(world: World, launched: Sync) -> float:
    """How long it takes to bring all figures, now."""
    return soak_rounds.seconds_undisturbed(world, Statistics(world, launched))


@pytest.fixture(scope="module")
def courses() -> dict[str, list[Course]]:
    """The rounds that were played so far, by what was under way."""
    return {"a sync": [], "statistics": []}


def _name(plan: Plan) -> str:
    return f"{plan.number}-{plan.kind}"


def _is_undisturbed(course: Course, courses: list[Course]) -> bool:
    courses.append(course)
    print(f"\n{soak_rounds.line(course)}", end="", flush=True)
    return course.end_state == "undisturbed"


@pytest.mark.parametrize("plan", PLANS_OF_SYNCS, ids=_name)
def test_a_killed_sync_ends_as_an_undisturbed_one(
    world: World,
    people: list[int],
    seconds_of_a_sync: float,
    courses: dict[str, list[Course]],
    plan: Plan,
) -> None:
    soak_rounds.settle(world)
    sync = Sync(world, f"Round {plan.number} of {plan.seed}", people)
    course = soak_rounds.play(world, plan, sync, seconds_of_a_sync)

    assert _is_undisturbed(course, courses["a sync"]), course.end_state


@pytest.mark.parametrize("plan", PLANS_OF_STATISTICS, ids=_name)
def test_figures_are_those_of_campaign_master_whatever_was_killed(
    world: World,
    launched: Sync,
    seconds_of_statistics: float,
    courses: dict[str, list[Course]],
    plan: Plan,
) -> None:
    soak_rounds.settle(world)
    statistics = Statistics(world, launched)
    course = soak_rounds.play(world, plan, statistics, seconds_of_statistics)

    assert _is_undisturbed(course, courses["statistics"]), course.end_state


@pytest.mark.parametrize("what", ["a sync", "statistics"])
def test_the_moments_were_spread(
    courses: dict[str, list[Course]], what: str, record_property: Callable[[str, object], None]
) -> None:
    played = courses[what]
    record_property("printed", soak_rounds.printed(what, SEED, played))

    assert len({course.plan.kind for course in played}) == min(len(played), len(DISRUPTIONS))
    assert len({course.calls for course in played}) > 1
