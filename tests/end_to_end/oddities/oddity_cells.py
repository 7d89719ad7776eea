"""One cell of the table: an oddity at an operation, and what it costs while it is on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import fault_kinds as kinds
from company_accounts import PEOPLE, Accounts
from fault_cells import FORMS, Cell
from fault_end_state import EndState

from sandbox.contract import Contract, Operation
from sandbox.oddities import documents, sending
from sandbox.oddities.catalogue import GROUPS
from sandbox.oddities.costs import Cost, allowed
from sandbox.oddities.values import WRITINGS
from sandbox.shapes import Kind, Shape

REASONS = frozenset(sending.REASONS)
OF_ONE = frozenset({"failing_500", "firewall_page"})
# What is told is taken as told, and differs from what the sandbox knows.
AS_TOLD = frozenset({"figures_contradict", "dates_before_launch"})
WORDS_OF_FAULT = "The request was refused."
# Where a refusal is shown with its reason, and concerns nobody but the campaign.
SHOW_REASONS = (kinds.CREATE_CAMPAIGN, kinds.GET_STATISTICS)
# What the wire package alone decides, whatever the operation: some of each sort are enough here.
DECIDED_BELOW = frozenset({*documents.KEYS, *sending.LABELS, *sending.HEADERS})
SAMPLE = (kinds.LIST_LISTS, kinds.CREATE_CAMPAIGN, kinds.ADD_RECIPIENTS, kinds.LIST_RESULTS)
LOG_IN = frozenset({"log_in_invalid_grant", "log_in_forbidden"})
ALL_KINDS = tuple(kind for group in GROUPS.values() for kind in group)


@dataclass
class OddCell(Cell):
    """A cell of an oddity; ``cost`` is a text where something is wrong, None where it fits not."""

    cost: Cost | str | None = None
    # Who got no result is asked for again, and was on the list by then.
    states_at_the_end: tuple[str, ...] = ("added", "exists")
    switches: tuple[int, ...] = ()

    @property
    def kind(self) -> str:
        """The oddity."""
        return self.injection.kind

    @property
    def is_too_dear(self) -> bool:
        """Whether it cost more than the oddity is about."""
        if self.cost is None:
            return False
        return isinstance(self.cost, str) or self.cost > allowed(self.kind, self.operation)


def fits(kind: str, name: str, contract: Contract) -> bool:
    """Whether an answer of the operation can have what the oddity is about."""
    operation = contract.operations[name]
    if kind in WRITINGS:
        return bool(WRITINGS[kind].kinds & _kinds_in(operation.shape))
    if kind in documents.ROWS:
        return operation.rows is not None and name != kinds.ADD_RECIPIENTS
    if kind in documents.RESULTS or kind == "batch_too_large":
        return name == kinds.ADD_RECIPIENTS
    if kind in documents.FIGURES:
        return name == kinds.GET_STATISTICS
    if kind in documents.PAGES:
        return operation.rows is not None and (_is_paged(operation) or kind.endswith("array"))
    if kind in REASONS:
        return name in SHOW_REASONS
    if kind in LOG_IN:
        return name == kinds.AUTHENTICATE
    if kind in DECIDED_BELOW:
        return name in SAMPLE
    return kind in OF_ONE or name != kinds.AUTHENTICATE  # statuses, and refusals of everybody


def _is_paged(operation: Operation) -> bool:
    return any(parameter.ours == "page" for parameter in operation.parameters)


def _kinds_in(shape: Shape) -> frozenset[Kind]:
    found = {shape.kind}
    for key in shape.keys.values():
        found |= _kinds_in(key.shape)
    return frozenset(found | (_kinds_in(shape.items) if shape.items else set()))


def switch_on(accounts: Accounts, cell: OddCell) -> None:
    """The oddity, for the cell's account alone; a reason needs a refusal that has it."""
    control = accounts.sandbox.control
    fields: dict[str, Any] = {"account": cell.owner.username}
    if cell.kind in OF_ONE and cell.operation == kinds.ADD_RECIPIENTS:
        fields["contains"] = "person-1@example.com"
    switches = [control.set_oddity(cell.kind, cell.operation, **fields)]
    if cell.kind in REASONS:
        fault = control.set_fault("validation", cell.operation, account=cell.owner.username)
        cell.fault_id = fault
    cell.switches = tuple(switches)


def switch_off(accounts: Accounts, cell: OddCell) -> bool:
    """Whether the oddity has struck."""
    control = accounts.sandbox.control
    if cell.fault_id:
        control.remove_fault(cell.fault_id)
    return sum(map(control.remove_oddity, cell.switches)) > 0


def weigh(accounts: Accounts, cells: list[OddCell]) -> None:
    """What the oddities have cost by now."""
    state = EndState(accounts, list(cells))
    for cell in cells:
        cell.cost = _cost(state, cell)


def _cost(state: EndState, cell: OddCell) -> Cost | str:
    if cell.kind in REASONS:
        return Cost.NOTHING if WORDS_OF_FAULT in cell.sentence else f"it says {cell.sentence!r}"
    if cell.operation in FORMS:
        return _cost_of_choices(state, cell)
    if cell.operation == kinds.ADD_RECIPIENTS:
        return _cost_of_adding(state, cell)
    if cell.operation == kinds.LIST_RESULTS:
        return _cost_of_rows(state, cell)
    complaints = list(state.of_figures(cell)) if cell.operation == kinds.GET_STATISTICS else []
    if cell.sentence and (len(complaints) != 1 or cell.operation != kinds.GET_STATISTICS):
        return Cost.RUN
    if cell.kind in AS_TOLD or not complaints:
        return Cost.VALUE if state.differs_in_status(cell) else Cost.NOTHING
    return Cost.VALUE if len(complaints) == 1 else "; ".join(complaints)


def _cost_of_choices(state: EndState, cell: OddCell) -> Cost | str:
    here, there = state.choices_of(cell)
    missing = [name for name in there if name not in here]
    if here == there:
        return Cost.NOTHING
    if cell.sentence:
        return Cost.RUN if len(missing) <= 1 else f"{missing} are gone"
    if len(here) == len(there):
        return Cost.VALUE if len(missing) == 1 else f"{missing} have other names"
    return Cost.ROW if len(missing) == 1 else f"here {here}, there {there}"


def _cost_of_adding(state: EndState, cell: OddCell) -> Cost | str:
    states = state.states_of(cell)
    lost = [one for one in states if one != "added"]
    if len(lost) < PEOPLE:
        return (Cost.NOTHING, Cost.RECIPIENT)[len(lost)] if len(lost) < 2 else f"{states}"
    return Cost.RUN if set(lost) == {"pending"} else f"{states}"


def _cost_of_rows(state: EndState, cell: OddCell) -> Cost | str:
    complaints = state.of_rows(cell)
    people = set(complaints)
    if not people:
        return Cost.NOTHING
    if len(people) == PEOPLE:
        return Cost.RUN if cell.sentence else f"{complaints}"
    if len(people) > 1:
        return f"{complaints}"
    [wrong] = complaints.values()
    return Cost.VALUE if len(wrong) == 1 else Cost.ROW
