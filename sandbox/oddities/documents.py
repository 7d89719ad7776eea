"""Documents made otherwise: rows, results, figures, keys and pages."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .answer import Oddity, Outgoing

Draw = Callable[[int], int]
_ADDING = "addListRecipients"
_STATISTICS = "getCampaignStatistics"


@dataclass(frozen=True)
class Making:
    """How a document is made: whether it `fits` an answer, and what it changes."""

    description: str
    fits: Callable[[Outgoing], object]
    change: Callable[[Outgoing, Oddity, Draw], None]


def _row_of(answer: Outgoing, oddity: Oddity, draw: Draw) -> int:
    """The place of the row that is meant: the one that is named, or one that is drawn."""
    rows = answer.rows()
    return min(oddity.row, len(rows)) - 1 if oddity.row else draw(len(rows))


def _key_of_rows(answer: Outgoing) -> str:
    """The key that a row is known by: the address, the id or the name."""
    rows = answer.operation.rows
    shape = rows.shape.items if rows else None
    keys = shape.keys if shape else {}
    return next((keys[ours].name for ours in ("email", "id", "name") if ours in keys), "")


def _has_rows(answer: Outgoing) -> bool:
    return bool(answer.rows()) and answer.operation.operation_id != _ADDING


def _has_named_rows(answer: Outgoing) -> bool:
    rows = answer.operation.rows
    items = rows.shape.items if rows else None
    return _has_rows(answer) and bool(items and {"id", "name"} <= set(items.keys))


def _row_key_null(answer: Outgoing, oddity: Oddity, draw: Draw) -> None:
    answer.rows()[_row_of(answer, oddity, draw)][_key_of_rows(answer)] = None


def _row_key_missing(answer: Outgoing, oddity: Oddity, draw: Draw) -> None:
    answer.rows()[_row_of(answer, oddity, draw)].pop(_key_of_rows(answer), None)


def _row_without_name(answer: Outgoing, oddity: Oddity, draw: Draw) -> None:
    items = answer.operation.rows.shape.items if answer.operation.rows else None
    if items:
        answer.rows()[_row_of(answer, oddity, draw)].pop(items.name_of("name"), None)


def _row_is_text(answer: Outgoing, oddity: Oddity, draw: Draw) -> None:
    answer.rows()[_row_of(answer, oddity, draw)] = "not a row"


def _row_hidden(answer: Outgoing, oddity: Oddity, draw: Draw) -> None:
    answer.rows().insert(0, copy.deepcopy(answer.rows()[0]))
    answer.rows()[0][_key_of_rows(answer)] = None


def _adds(answer: Outgoing) -> bool:
    return answer.operation.operation_id == _ADDING and bool(answer.rows())


def _adds_several(answer: Outgoing) -> bool:
    return _adds(answer) and len(answer.rows()) > 1


def _results_fewer(answer: Outgoing, oddity: Oddity, draw: Draw) -> None:
    del answer.rows()[_row_of(answer, oddity, draw)]


def _results_shuffled(answer: Outgoing, _oddity: Oddity, draw: Draw) -> None:
    rows = answer.rows()
    first = 1 + draw(len(rows) - 1)
    rows[:] = (rows[first:] + rows[:first])[::-1] if len(rows) > 2 else rows[::-1]


def _results_doubled(answer: Outgoing, oddity: Oddity, draw: Draw) -> None:
    place = _row_of(answer, oddity, draw)
    answer.rows().insert(place, copy.deepcopy(answer.rows()[place]))


def _with_addresses(write: Callable[[str], str | None]) -> Callable[[Outgoing, Oddity, Draw], None]:
    def change(answer: Outgoing, oddity: Oddity, _draw: Draw) -> None:
        key = _key_of_rows(answer)
        for number, row in enumerate(answer.rows(), 1):
            if oddity.row in (0, number):
                row[key] = write(row[key])

    return change


def _has_figures(answer: Outgoing) -> bool:
    return answer.operation.operation_id == _STATISTICS and not answer.is_error


def _figures_contradict(answer: Outgoing, _oddity: Oddity, _draw: Draw) -> None:
    def name(ours: str) -> str:
        return answer.shape.name_of(ours)

    for part, whole, more in (
        ("uniqueOpens", "totalOpens", 7),
        ("uniqueClicks", "totalClicks", 3),
        ("hardBounces", "emailsSent", 5),
    ):
        answer.document[name(part)] = answer.document[name(whole)] + more


def _is_object(answer: Outgoing) -> bool:
    return isinstance(answer.document, (dict, list))


def _with_keys(write: Callable[[str], str]) -> Callable[[Outgoing, Oddity, Draw], None]:
    def change(answer: Outgoing, _oddity: Oddity, _draw: Draw) -> None:
        answer.document = _renamed(answer.document, write)

    return change


def _renamed(document: Any, write: Callable[[str], str]) -> Any:
    if isinstance(document, list):
        return [_renamed(one, write) for one in document]
    if not isinstance(document, dict):
        return document
    return {write(name): _renamed(one, write) for name, one in document.items()}


def _key_added(answer: Outgoing, _oddity: Oddity, _draw: Draw) -> None:
    if isinstance(answer.document, dict):
        answer.document["links"] = {"self": "/here", "others": []}
    for row in answer.rows():
        if isinstance(row, dict):
            row["version"] = 3


def _has_array(answer: Outgoing) -> bool:
    key = None if answer.is_error else answer.operation.rows
    return bool(key and isinstance(answer.document, dict) and key.name in answer.document)


def _bare_array(answer: Outgoing, _oddity: Oddity, _draw: Draw) -> None:
    answer.document = answer.rows()


def _array_renamed(answer: Outgoing, _oddity: Oddity, _draw: Draw) -> None:
    if answer.operation.rows:
        answer.document["data"] = answer.document.pop(answer.operation.rows.name)


def _is_page(answer: Outgoing) -> bool:
    return _has_array(answer) and bool(answer.asked.get("page"))


def _without(ours: str) -> Callable[[Outgoing, Oddity, Draw], None]:
    def change(answer: Outgoing, _oddity: Oddity, _draw: Draw) -> None:
        answer.document.pop(answer.shape.name_of(ours), None)

    return change


def _empty_first_page(answer: Outgoing, _oddity: Oddity, _draw: Draw) -> None:
    answer.document[answer.shape.name_of("number")] = answer.asked["page"]
    if answer.asked["page"] == answer.operation.first_page:
        answer.rows().clear()
        answer.document[answer.shape.name_of("isLast")] = False


def _nothing(_answer: Outgoing, _oddity: Oddity, _draw: Draw) -> None:
    """Nothing: the parameters of the call were read otherwise already."""


def _one_page_earlier(asked: dict[str, Any], _oddity: Oddity, first: int) -> dict[str, Any]:
    return asked | {"page": max(first, asked["page"] - 1)}


def _fewer_a_page(asked: dict[str, Any], oddity: Oddity, _first: int) -> dict[str, Any]:
    return asked | {"pageSize": min(asked["pageSize"], oddity.amount)}


# What is done to the parameters of a call for pages before it is answered.
READINGS: dict[str, Callable[[dict[str, Any], Oddity, int], dict[str, Any]]] = {
    "first_page_empty": _one_page_earlier,
    "pages_smaller": _fewer_a_page,
}
ROWS = {
    "row_key_null": Making("A row's address or id is null.", _has_rows, _row_key_null),
    "row_key_missing": Making("A row has no address or id.", _has_rows, _row_key_missing),
    "row_without_name": Making(
        "A list or template has no name.", _has_named_rows, _row_without_name
    ),
    "row_is_text": Making("A row is a text and no object.", _has_rows, _row_is_text),
    "row_before_without_key": Making(
        "Another row without address or id stands before the first.", _has_rows, _row_hidden
    ),
}
RESULTS = {
    "results_fewer": Making("A result of adding is missing.", _adds, _results_fewer),
    "results_shuffled": Making(
        "Results of adding in another order.", _adds_several, _results_shuffled
    ),
    "results_doubled": Making("A result of adding comes twice.", _adds, _results_doubled),
    "results_in_other_case": Making(
        "Addresses of results in capital letters.", _adds, _with_addresses(str.upper)
    ),
    "results_with_blanks": Making(
        "Addresses of results with blanks around them.",
        _adds,
        _with_addresses(lambda email: f" {email} "),
    ),
    "results_without_address": Making(
        "Results of adding without addresses.", _adds, _with_addresses(lambda _email: None)
    ),
}
FIGURES = {
    "figures_contradict": Making(
        "Figures that don't add up: unique above total, bounces above sent.",
        _has_figures,
        _figures_contradict,
    ),
}
PAGES = {
    "first_page_empty": Making(
        "An empty page comes before the full ones.", _is_page, _empty_first_page
    ),
    "pages_smaller": Making("A page has that many rows at most.", _is_page, _nothing),
    "last_page_untold": Making(
        "A page doesn't say whether it is the last.", _is_page, _without("isLast")
    ),
    "page_number_untold": Making("A page doesn't say its number.", _is_page, _without("number")),
    "bare_array": Making("A list is the array alone.", _has_array, _bare_array),
    "array_renamed": Making("A list's array is called data.", _has_array, _array_renamed),
}
KEYS = {
    "keys_added": Making("Keys that nobody knows.", _is_object, _key_added),
    "keys_in_pascal_case": Making(
        "Keys in PascalCase.", _is_object, _with_keys(lambda key: key[:1].upper() + key[1:])
    ),
    "keys_in_lower_case": Making("Keys in lower case.", _is_object, _with_keys(str.lower)),
    "keys_in_upper_case": Making("Keys in capital letters.", _is_object, _with_keys(str.upper)),
}
