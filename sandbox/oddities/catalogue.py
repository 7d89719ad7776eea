"""All kinds of oddities, the dialects that are made of them, and those that are switched on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from ..contract import Contract, Operation
from ..errors import UsageError
from ..faults import check_operation
from ..switches import EVERY_OPERATION, Switches, Target
from . import documents, sending
from .answer import REACHES, Oddity, Outgoing, chosen
from .documents import READINGS, Making
from .refusals import REFUSALS, Refusal
from .values import WRITINGS

# In the order in which they change an answer: what looks at the contract's names comes first.
_BEFORE_VALUES: dict[str, Making] = {
    **documents.FIGURES,
    **documents.ROWS,
    **documents.RESULTS,
    **sending.REASONS,
}
_AFTER_VALUES: dict[str, Making] = {
    **documents.PAGES,
    **documents.KEYS,
    **sending.HEADERS,
    **sending.STATUSES,
    **sending.LABELS,
}
GROUPS: dict[str, Mapping[str, Any]] = {
    "Values": WRITINGS,
    "Rows": documents.ROWS,
    "Results of adding": documents.RESULTS,
    "Figures": documents.FIGURES,
    "Keys": documents.KEYS,
    "Lists and pages": documents.PAGES,
    "Reasons of refusals": sending.REASONS,
    "Status and label": {**sending.STATUSES, **sending.LABELS},
    "Limits": sending.HEADERS,
    "Refusals": REFUSALS,
}
DESCRIPTIONS = {name: kind.description for kinds in GROUPS.values() for name, kind in kinds.items()}
# Kinds that fit many places of one answer.
WITH_PLACES = tuple(WRITINGS)
_ORDER = {
    name: number
    for number, name in enumerate((*REFUSALS, *_BEFORE_VALUES, *WRITINGS, *_AFTER_VALUES))
}
# With the operation after a blank where it isn't all of them.
DIALECTS: dict[str, tuple[str, ...]] = {
    "dotnet": (
        "keys_in_pascal_case", "dates_of_dotnet", "ids_as_guids", "flags_as_numbers",
        "bare_array", "reason_in_capital_message",
    ),
    "text": (
        "counts_as_text", "ids_as_text", "flags_as_text", "dates_plain", "words_in_other_case",
        "limits_with_decimals", "label_text_json", "reason_as_text",
    ),
    "terse": (
        "last_page_untold", "page_number_untold", "limits_missing", "token_reset_missing",
        "done_with_202 addListRecipients", "done_with_204 updateCampaign",
        "reason_in_capital_message", "label_text_plain",
    ),
    "unix": (
        "counts_as_decimals", "dates_in_seconds", "array_renamed", "keys_in_lower_case",
        "resets_from_now", "keys_added", "results_shuffled", "reason_as_description",
    ),
}  # fmt: skip


class Oddities(Switches[Oddity]):
    """All oddities that are switched on."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed, "oddity")

    def speak(self, dialect: str, **fields: Any) -> list[Oddity]:
        """Switch on all oddities of a dialect. Raises UsageError."""
        if dialect not in DIALECTS:
            raise UsageError(f"There is no dialect {dialect}; known: {', '.join(DIALECTS)}.")
        entries = (entry.partition(" ") for entry in DIALECTS[dialect])
        return [
            self.add(Oddity(kind=kind, operation=operation or EVERY_OPERATION, **fields))
            for kind, _blank, operation in entries
        ]


class OddCall:
    """The oddities of one call: first of its parameters, then of its answer."""

    def __init__(
        self, oddities: Oddities, contract: Contract, operation: Operation, target: Target
    ) -> None:
        self._oddities = oddities
        self._contract = contract
        self._operation = operation
        self._body = target.body
        self._about = sorted(oddities.about(target), key=lambda oddity: _ORDER[oddity.kind])
        self._read: set[int] = set()
        self.asked: dict[str, Any] = {}
        self.kinds: list[str] = []

    def refusal(self) -> Refusal | None:
        """The first refusal that strikes; None if the operation is to be done."""
        for oddity in self._about:
            refusal = REFUSALS.get(oddity.kind)
            fits = refusal and refusal.fits(self._operation, self._body, oddity)
            if refusal and fits and self._strikes(oddity):
                return refusal
        return None

    def read(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """The parameters of a call as the oddities of pages read them."""
        self.asked = dict(parameters)
        first = self._operation.first_page
        for oddity in self._about:
            if oddity.kind in READINGS and parameters.get("page") and self._strikes(oddity):
                self._read.add(oddity.id)
                parameters = READINGS[oddity.kind](parameters, oddity, first)
        return parameters

    def spoil(self, answer: Outgoing) -> Outgoing:
        """The answer, changed by all oddities that fit it and strike."""
        answer.asked = self.asked
        for oddity in self._about:
            if oddity.kind in WRITINGS:
                self._write(oddity, answer)
            elif oddity.kind not in REFUSALS:
                self._make(oddity, answer)
        return answer

    def _make(self, oddity: Oddity, answer: Outgoing) -> None:
        making = _BEFORE_VALUES.get(oddity.kind) or _AFTER_VALUES[oddity.kind]
        if oddity.kind in READINGS:
            strikes = oddity.id in self._read
        else:
            strikes = bool(making.fits(answer)) and self._strikes(oddity)
        if strikes and making.fits(answer):
            making.change(answer, oddity, partial(self._oddities.drawn, oddity))

    def _write(self, oddity: Oddity, answer: Outgoing) -> None:
        writing = WRITINGS[oddity.kind]
        draw = partial(self._oddities.drawn, oddity)
        places = writing.places(answer, oddity.key)
        if chosen(oddity, places, writing.usual, draw) and self._strikes(oddity):
            for place in chosen(oddity, places, writing.usual, draw):
                writing.change(place, oddity)

    def _strikes(self, oddity: Oddity) -> bool:
        strikes = self._oddities.strikes(oddity)
        if strikes:
            self.kinds.append(oddity.kind)
        return strikes


def parse(document: Mapping[str, Any], operations: Mapping[str, object]) -> Oddity:
    """An oddity from its JSON form, without `id`, `struck` and `seen`. Raises UsageError."""
    if document.get("kind") not in DESCRIPTIONS:
        raise UsageError(f"An oddity's kind is one of {', '.join(DESCRIPTIONS)}.")
    if document.get("reach", "") not in REACHES:
        raise UsageError("An oddity reaches all, one row or one value.")
    if document.get("row", 0) < 0 or document.get("amount", 1) < 1:
        raise UsageError("Rows count from 1, and the amount is 1 at least.")
    try:
        json.loads(document.get("value", "null"))
    except ValueError:
        raise UsageError("The value isn't JSON; a text has quotation marks.") from None
    check_operation(document, operations)
    return Oddity(**document)
