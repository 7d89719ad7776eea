"""What an oddity may cost a client at most that takes whatever can't mean two things."""

from __future__ import annotations

from enum import IntEnum

from .documents import FIGURES, KEYS, PAGES, RESULTS, ROWS
from .refusals import REFUSALS
from .sending import HEADERS, LABELS, REASONS, STATUSES
from .values import WRITINGS


class Cost(IntEnum):
    """From small to large; a person reads the name in small letters."""

    NOTHING = 0
    VALUE = 1
    ROW = 2
    RECIPIENT = 3
    RUN = 4


_NOTHING = (
    *WRITINGS, *FIGURES, *RESULTS, *PAGES, *KEYS, *REASONS, *STATUSES, *LABELS, *HEADERS,
)  # fmt: skip
_VALUE = (
    "counts_null", "dates_empty", "dates_null", "dates_of_year_one", "dates_of_1900",
    "value_null", "value_missing", "value_other", "value_unreadable", "word_unknown",
    "row_without_name",
)  # fmt: skip
COSTS = {
    **dict.fromkeys(REFUSALS, Cost.RUN),
    **dict.fromkeys(_NOTHING, Cost.NOTHING),
    **dict.fromkeys(ROWS, Cost.ROW),
    **dict.fromkeys(_VALUE, Cost.VALUE),
    "results_fewer": Cost.RECIPIENT,
}
# Where an answer lacks what it is for, or a word is about one recipient. A campaign that can't be
# read may be the one that is looked for: made anew, it would be there twice.
_ELSEWHERE = {
    ("word_unknown", "addListRecipients"): Cost.RECIPIENT,
    ("failing_500", "addListRecipients"): Cost.RECIPIENT,
    ("firewall_page", "addListRecipients"): Cost.RECIPIENT,
    **{(kind, "listCampaigns"): Cost.RUN for kind in ROWS},
    **{
        ("done_with_204", operation): Cost.RUN
        for operation in (
            "listLists", "listTemplates", "listRecipientFields", "listCampaigns", "createCampaign",
            "addListRecipients", "getCampaign", "getCampaignStatistics", "listCampaignRecipients",
        )
    },
}  # fmt: skip


def allowed(kind: str, operation: str) -> Cost:
    """The most that an oddity may cost at an operation."""
    return _ELSEWHERE.get((kind, operation), COSTS[kind])
