"""The table of faults and operations: all its cells, carried out many at once, and printed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import groupby, zip_longest
from operator import attrgetter

import fault_cells
from company_accounts import Accounts
from fault_cells import CAMPAIGN_OF, FORMS, NEED_A_SYNCED_CAMPAIGN, Cell
from fault_end_state import EndState
from fault_kinds import INJECTIONS, OPERATIONS, Injection
from odoo_server import OdooServer
from steps import run_schedule

from sandbox.testing import SandboxProcess

PEOPLE_AT_ONCE = 6
ROUNDS_IN_VAIN = 3
# Made first and used later, so that an operation finds a campaign in the state that it needs.
ORDER = sorted(OPERATIONS, key=lambda operation: operation in NEED_A_SYNCED_CAMPAIGN)
TITLES = sorted(set(CAMPAIGN_OF.values()))
WIDTH_OF_FAULTS = 25
WIDTH_OF_CELLS = 13


def fill(odoo: OdooServer, sandbox: SandboxProcess) -> dict[tuple[str, str], Cell]:
    """Carry out all cells: those of an operation at once, those that wait long beside them."""
    accounts = Accounts(odoo, sandbox)
    late, quick = _cells(accounts)
    synced_first = [cell.campaign_id for cell in late if cell.operation in NEED_A_SYNCED_CAMPAIGN]
    accounts.call("utm.campaign", "action_cm_sync", synced_first)
    with ThreadPoolExecutor(1) as beside:
        waiting = beside.submit(_strike, accounts, late, people=len(late))
        for operation in ORDER:
            group = [cell for cell in quick if cell.operation == operation]
            _strike(accounts, group)
            _put_right(accounts, group)
        waiting.result()
    # At the end: the schedules look at all accounts, also at those that are under fault.
    _put_right(accounts, late)
    return {(cell.injection.title, cell.operation): cell for cell in late + quick}


def _cells(accounts: Accounts) -> tuple[list[Cell], list[Cell]]:
    """Cells of answers that come too late, each with an account of its own; and the others."""
    pairs = [(injection, operation) for injection in INJECTIONS for operation in OPERATIONS]
    lists = {_owner_name(*pair): _titles(*pair) for pair in pairs}
    owners = {owner.username: owner for owner in accounts.make(lists)}
    cells = [Cell(*pair, owners[_owner_name(*pair)]) for pair in pairs]
    accounts.make_campaigns(
        [(owners[name], title) for name, titles in lists.items() for title in titles]
    )
    late = [cell for cell in cells if cell.injection.comes_too_late]
    return late, [cell for cell in cells if not cell.injection.comes_too_late]


def _owner_name(injection: Injection, operation: str) -> str:
    name = injection.title.replace(",", "").replace(" ", "-")
    return f"{name}-{operation}" if injection.comes_too_late else name


def _titles(injection: Injection, operation: str) -> list[str]:
    return [CAMPAIGN_OF[operation]] if injection.comes_too_late else TITLES


def _strike(accounts: Accounts, cells: list[Cell], people: int = PEOPLE_AT_ONCE) -> None:
    """Inject the faults, click, and clear them again."""
    by_operation = attrgetter("operation")
    for operation, group in groupby(sorted(cells, key=by_operation), by_operation):
        fault_cells.prepare(accounts, operation, list(group))
    control = accounts.sandbox.control
    for cell in cells:
        cell.fault_id = control.set_fault(
            cell.injection.kind,
            cell.operation,
            account=cell.owner.username,
            **cell.injection.fields,
        )
    at_once(partial(fault_cells.act, accounts), cells, people)
    fault_cells.observe(accounts, cells)
    for cell in cells:
        if not control.remove_fault(cell.fault_id):
            cell.complaints.append("the fault never struck")


def _put_right(accounts: Accounts, cells: list[Cell]) -> None:
    """Let the schedules go on, and compare both systems."""
    go_on_until_right(accounts, cells, partial(recover, accounts))


def go_on_until_right(
    accounts: Accounts, cells: list[Cell], go_on: Callable[[list[Cell]], None]
) -> None:
    """Until both systems agree; what a cell complains of is what no further round puts right.

    A schedule that has many campaigns to do does some of them, and the others when it comes again.
    """
    wrong, in_vain = cells, 0
    complaints: list[list[str]] = []
    while wrong and in_vain < ROUNDS_IN_VAIN:
        go_on(wrong)
        end_state = EndState(accounts, wrong)
        complaints = [list(end_state.complaints(cell)) for cell in wrong]
        still = [cell for cell, found in zip(wrong, complaints, strict=True) if found]
        in_vain = in_vain + 1 if len(still) == len(wrong) else 0
        wrong = still
    for cell, found in zip(wrong, filter(None, complaints), strict=True):
        cell.complaints += found


def at_once(work: Callable[[Cell], None], cells: Iterable[Cell], people: int) -> None:
    """Let so many people work on the cells side by side."""
    with ThreadPoolExecutor(people) as pool:
        list(pool.map(work, cells))


def recover(accounts: Accounts, cells: list[Cell]) -> None:
    """What happens by itself, and the one thing that an administrator has to do."""
    refused = [cell.owner for cell in cells if cell.outcome == "password"]
    if refused:
        fault_cells.enter_password(accounts, refused)
    fault_cells.let_time_pass(accounts, cells)
    for schedule in dict.fromkeys(name for cell in cells for name in cell.schedules()):
        run_schedule(accounts.odoo.admin, schedule)
    if companies := [cell.owner.company_id for cell in cells if cell.operation in FORMS]:
        context = {"allowed_company_ids": companies}
        accounts.odoo.admin.call("campaign.master.list", "action_cm_refresh", [], context=context)


def printed(cells: dict[tuple[str, str], Cell]) -> str:
    """The table as text: what put each cell right, or that nothing did."""
    lines = ["Faults by operation, and what put it right", "", *_headings()]
    lines.append("-" * (WIDTH_OF_FAULTS + WIDTH_OF_CELLS * len(OPERATIONS)))
    for injection in INJECTIONS:
        found = [cells[injection.title, operation] for operation in OPERATIONS]
        words = ["NOT RIGHT" if cell.complaints else cell.outcome for cell in found]
        lines.append(_row(injection.title, words))
    right = sum(not cell.complaints for cell in cells.values())
    lines += ["", f"{right} of {len(cells)} cells end as without the fault.", *_LEGEND]
    return "\n".join(line.rstrip() for line in lines)


_LEGEND = (
    "at once: nobody notices, or the form shows what was last known",
    "next run: the campaign or the account says what is wrong until the schedule put it right",
    "password: the account's schedules stop until an administrator enters the password",
)


def _headings() -> list[str]:
    words = [re.findall("[A-Z]?[a-z]+", operation) for operation in OPERATIONS]
    return [_row("", row) for row in zip_longest(*words, fillvalue="")]


def _row(title: str, words: Iterable[str]) -> str:
    return title.ljust(WIDTH_OF_FAULTS) + "".join(word.ljust(WIDTH_OF_CELLS) for word in words)
