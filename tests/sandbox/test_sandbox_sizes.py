"""Work that must not grow with the size of a list or a campaign.

Counted in steps of SQLite's machine and not in seconds, so that a busy computer changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sandbox_support import campaign_fields, people

from sandbox.simulation.behaviour import Rates
from sandbox.simulation.launch import Order, populate
from sandbox.simulation.progress import catch_up
from sandbox.state import Sandbox, Setup
from sandbox.store import campaigns, lists, recipients

ACCOUNT = 1
SIZE = 12_000


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox within this process."""
    sandbox = Sandbox(Setup())
    yield sandbox
    sandbox.close()


@pytest.fixture(scope="module")
def campaign_id(sandbox: Sandbox) -> int:
    """A campaign whose recipients have all opened it, at different times."""
    now = sandbox.clock.now()
    fields = campaign_fields(templateId=1)
    campaign_id = campaigns.create(sandbox.database, ACCOUNT, fields, now)
    order = Order(seed=1, speed=3600, rates=Rates(hard_bounce=0, soft_bounce=0, open=1))
    populate(sandbox.database, ACCOUNT, campaign_id, SIZE, order, now)
    catch_up(sandbox.database, now + 120_000)
    return campaign_id


def steps(sandbox: Sandbox, work: Callable[[], object]) -> int:
    """Hundreds of SQLite's steps that something takes."""
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    connection = sandbox.database._connection
    connection.set_progress_handler(step, 100)
    try:
        work()
    finally:
        connection.set_progress_handler(None, 0)
    return count


def test_a_page_costs_the_same_wherever_it_is(sandbox: Sandbox, campaign_id: int) -> None:
    campaign = campaigns.find(sandbox.database, ACCOUNT, campaign_id)

    def page(offset: int) -> None:
        rows = recipients.page(sandbox.database, campaign, offset, 1000)
        assert len(rows) == 1000

    first = steps(sandbox, lambda: page(0))
    assert first > 10
    assert steps(sandbox, lambda: page(SIZE - 1000)) <= first * 1.1


def test_filtered_pages_read_in_turn_cost_the_same(sandbox: Sandbox, campaign_id: int) -> None:
    campaign = campaigns.find(sandbox.database, ACCOUNT, campaign_id)
    since = sandbox.database.value(
        "SELECT updated_at FROM campaign_recipient WHERE campaign_id = ?"
        " ORDER BY updated_at LIMIT 1 OFFSET ?",
        (campaign_id, SIZE // 4),
    )

    def page(offset: int) -> None:
        rows = recipients.changed_page(
            sandbox.database, sandbox.bookmarks, campaign, since, offset, 1001
        )
        assert len(rows) == 1001

    costs = [steps(sandbox, lambda offset=offset: page(offset)) for offset in range(0, 8000, 1000)]
    assert max(costs) <= min(costs) * 1.5


def test_a_filter_that_few_match_does_not_read_all(sandbox: Sandbox, campaign_id: int) -> None:
    campaign = campaigns.find(sandbox.database, ACCOUNT, campaign_id)
    since = sandbox.database.value(
        "SELECT updated_at FROM campaign_recipient WHERE campaign_id = ?"
        " ORDER BY updated_at DESC LIMIT 1 OFFSET 20",
        (campaign_id,),
    )
    cost = steps(
        sandbox,
        lambda: recipients.changed_page(
            sandbox.database, sandbox.bookmarks, campaign, since, 0, 1001
        ),
    )
    assert cost < SIZE / 100


def test_adding_costs_the_same_whatever_the_size_of_the_list(sandbox: Sandbox) -> None:
    small = lists.create(sandbox.database, ACCOUNT, "Small")
    large = lists.create(sandbox.database, ACCOUNT, "Large")
    lists.populate(sandbox.database, ACCOUNT, large, 30_000, 0)
    entries = [lists.NewRecipient(email, {}) for email in people(1000)]

    def add(list_id: int) -> None:
        lists.add_recipients(sandbox.database, ACCOUNT, list_id, entries, 0)

    assert steps(sandbox, lambda: add(large)) <= steps(sandbox, lambda: add(small)) * 1.2
