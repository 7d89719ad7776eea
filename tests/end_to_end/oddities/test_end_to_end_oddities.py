"""An odd answer costs at most what it is about, and nothing stays wrong after it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from oddity_cells import ALL_KINDS, OddCell
from oddity_table import printed

from sandbox.oddities.costs import Cost

Cells = dict[tuple[str, str], OddCell]


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_an_oddity_costs_at_most_what_it_is_about(cells: Cells, kind: str) -> None:
    found = [cell for (name, _operation), cell in cells.items() if name == kind]

    assert found, "it has struck nowhere"
    assert [(one.operation, one.cost, one.said) for one in found if one.is_too_dear] == []


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_nothing_stays_wrong_when_the_server_is_right_again(cells: Cells, kind: str) -> None:
    found = [cell for (name, _operation), cell in cells.items() if name == kind]

    assert [(one.operation, one.complaints) for one in found if one.complaints] == []


def test_the_table_is_printed(cells: Cells, record_property: Callable[[str, object], None]) -> None:
    costs = {
        place: "WRONG" if cell.is_too_dear or cell.complaints else cell.cost
        for place, cell in cells.items()
    }
    record_property("printed", printed(costs, "a campaign"))

    assert set(Cost) <= set(costs.values())
