"""Whatever goes wrong with whatever call, both systems end as if nothing had."""

from __future__ import annotations

from collections.abc import Callable

import fault_table
import pytest
from fault_cells import Cell
from fault_kinds import INJECTIONS, OPERATIONS

TITLES = [injection.title for injection in INJECTIONS]


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("fault", TITLES)
def test_both_systems_end_as_without_the_fault(
    cells: dict[tuple[str, str], Cell], fault: str, operation: str
) -> None:
    cell = cells[fault, operation]

    assert not cell.complaints, (cell.said, cell.sentence)


def test_each_fault_was_injected_at_each_operation(
    cells: dict[tuple[str, str], Cell], record_property: Callable[[str, object], None]
) -> None:
    record_property("printed", fault_table.printed(cells))

    assert len(cells) == len(INJECTIONS) * len(OPERATIONS)
    assert {cell.outcome for cell in cells.values()} == {"at once", "next run", "password"}
