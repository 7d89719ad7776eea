"""What the API check found, and the same as text that can be sent to a stranger.

Names of the contract, forms, counts and times: no value of anybody is in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .check_keys import Correction

WIDTH = 24
NO_CAMPAIGN = "there is no campaign"


@dataclass(frozen=True)
class Met:
    """A deviation: key, kind and how often; `how` says how the values are written."""

    key: str
    kind: str
    times: int
    how: str = ""


@dataclass(frozen=True)
class Checked:
    """One operation. `problem` is empty where it did what it is for; `not_looked_at` says why not.

    `server_words` is the server's own sentence about the problem, where all may be shown.
    `status` is 0 where no answer came. `seconds` and `size` (bytes) are of the last answer, `calls`
    all requests. `rows` is None where the answer has none.
    """

    name: str
    what: str = ""
    status: int = 0
    seconds: float = 0.0
    size: int = 0
    calls: int = 0
    content_type: str = ""
    headers_found: tuple[str, ...] = ()
    headers_missing: tuple[str, ...] = ()
    keys_found: tuple[str, ...] = ()
    keys_missing: tuple[str, ...] = ()
    keys_absent: tuple[str, ...] = ()
    keys_unknown: tuple[str, ...] = ()
    no_rows: bool = False
    deviations: tuple[Met, ...] = ()
    rows: int | None = None
    rows_skipped: int = 0
    paging: str = ""
    notes: tuple[str, ...] = ()
    problem: str = ""
    server_words: str = ""
    not_looked_at: str = ""


@dataclass(frozen=True)
class CheckReport:
    """All of a check. `contract` is the name of its file, without the folder.

    `unloadable` says why a contract with the corrections is still refused.
    """

    contract: str
    version: str
    calls: int
    seconds: float
    operations: tuple[Checked, ...]
    corrections: tuple[Correction, ...] = ()
    unloadable: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    left_behind: tuple[str, ...] = field(default=())
    has_tried_writing: bool = False

    @property
    def failed(self) -> list[Checked]:
        """Operations that did not do what they are for."""
        return [one for one in self.operations if one.problem]

    @property
    def is_complete(self) -> bool:
        """Whether the connector has everything that it needs, and all was looked at."""
        return not (
            self.failed
            or any(one.not_looked_at or one.keys_missing for one in self.operations)
            or self._count("value_dropped", "row_skipped")
        )

    @property
    def without_rows(self) -> list[str]:
        """Operations that never answered a row."""
        seen = {one.name for one in self.operations if one.rows and not one.no_rows}
        return list(
            dict.fromkeys(
                one.name for one in self.operations if one.no_rows and one.name not in seen
            )
        )

    @property
    def conclusion(self) -> str:
        """One sentence at the end."""
        return _conclusion(self)

    def _count(self, *kinds: str) -> int:
        return len(
            {
                (one.name, met.key)
                for one in self.operations
                for met in one.deviations
                if met.kind in kinds
            }
        )

    def __str__(self) -> str:
        return "\n".join(_lines(self)) + "\n"


def _conclusion(report: CheckReport) -> str:
    if report.operations and report.operations[0].not_looked_at:
        return f"Nothing was looked at: {report.operations[0].not_looked_at}."
    if report.failed and report.failed[0] is report.operations[0]:
        return f"The connector can't log in: {report.failed[0].problem}."
    problems = [*_problems(report)]
    if problems:
        opening = "The connector can't work yet" if report.failed else "The connector can work"
        joint = ": " if report.failed else ", but "
        sentence = f"{opening}{joint}{_and(problems)}{_what_next(report)}."
        return " ".join(filter(None, [sentence, _not_enough(report)]))
    parts = [*_understood(report)]
    sentence = "Everything the connector needs is there"
    if not parts:
        sentence += ", to the letter of the contract"
    if without_rows := report.without_rows:
        parts.append(f"without rows the keys of those of {_and(without_rows)} were not seen")
    if not_enough := _not_enough(report):
        sentence = sentence.replace("Everything", "Of what was looked at, everything")
        return f"{not_enough} {'; '.join([sentence, *parts])}."
    return "; ".join([sentence, *parts]) + "."


def _not_enough(report: CheckReport) -> str:
    """What wasn't looked at and what to do about it, empty where all was."""
    unseen = [one for one in report.operations if one.not_looked_at]
    if not unseen:
        return ""
    names = list(dict.fromkeys(one.name for one in unseen))
    sentence = f"Not enough was looked at: {_and(names)} {_was(len(names))} not"
    if not any(one.not_looked_at == NO_CAMPAIGN for one in unseen):
        return f"{sentence}."
    sentence += f", since {NO_CAMPAIGN}"
    send_one = "ake and send a campaign in Campaign Master"
    if report.has_tried_writing:
        return f"{sentence}. M{send_one} and check again."
    return (
        f"{sentence}, and writing was not tried. Check again with `--write` (in Odoo: Check "
        f"writing too), or m{send_one} first."
    )


def _problems(report: CheckReport) -> Iterator[str]:
    if report.failed:
        yield f"{_and([one.name for one in report.failed])} failed"
    if missing := sum(len(one.keys_missing) for one in report.operations):
        yield f"{_number(missing, 'key')} of the contract {_is(missing)} missing"
    dropped = report._count("value_dropped")
    if dropped:
        yield f"the values of {_number(dropped, 'key')} can't be read"
    if skipped := sum(one.rows_skipped for one in report.operations):
        yield f"{_number(skipped, 'row')} can't be read"


def _understood(report: CheckReport) -> Iterator[str]:
    if keys := report._count("read_generously", "paging"):
        yield f"{_number(keys, 'key')} {_is(keys)} written otherwise and {_was(keys)} understood"
    if report._count("other_type_of_answer"):
        yield "the answers are labelled otherwise, which is no harm"
    if headers := {name for one in report.operations for name in one.headers_missing}:
        yield f"{_number(len(headers), 'header')} {_is(len(headers))} not told, which is no harm"
    if words := report._count("unknown_word"):
        yield f"{_number(words, 'key')} {_has(words)} words that the contract doesn't know"
    if report.corrections:
        number = len(report.corrections)
        yield f"{_number(number, 'line')} of the contract can be corrected as shown above"


def _what_next(report: CheckReport) -> str:
    if report.corrections:
        number = len(report.corrections)
        return f"; correct {_number(number, 'line')} of the contract as shown above"
    return ""


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _has(count: int) -> str:
    return "has" if count == 1 else "have"


def _and(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


# As text ---------------------------------------------------------------------------------------


def _lines(report: CheckReport) -> Iterator[str]:
    yield (
        f"API check of Campaign Master: contract {report.contract}, API version {report.version}, "
        f"{_number(report.calls, 'call')} in {report.seconds:.1f} s"
    )
    for one in report.operations:
        yield ""
        yield from _operation_lines(one)
    if report.corrections:
        yield ""
        yield f"To correct in {report.contract} (a copy of it), each line as a whole:"
        for correction in report.corrections:
            yield ""
            yield from (f"  # {reason}" for reason in correction.reasons)
            yield f"  line {correction.line}:"
            yield correction.text
    if report.unloadable:
        yield ""
        yield "With these lines alone the contract is still refused; correct there too:"
        yield from (f"- {problem}" for problem in report.unloadable)
    if report.hints:
        yield ""
        yield from (f"- {hint}" for hint in report.hints)
    if report.left_behind:
        yield ""
        yield "Left behind in Campaign Master:"
        yield from (f"- {entry}" for entry in report.left_behind)
    yield ""
    yield report.conclusion


def _operation_lines(one: Checked) -> Iterator[str]:
    title = f"{one.name}{f' ({one.what})' if one.what else ''}"
    if one.not_looked_at:
        yield f"{title}: not looked at, {one.not_looked_at}"
        return
    if one.status:
        facts = [f"status {one.status}", f"{one.seconds:.2f} s", _number(one.size, "byte")]
        facts.append(one.content_type or "no content type")
        if one.calls > 1:
            facts.append(_number(one.calls, "call"))
        yield f"{title}: {', '.join(facts)}"
    else:
        yield f"{title}: no answer after {one.seconds:.2f} s"
    for label, text in _facts(one):
        yield f"  {label:<{WIDTH}}{text}"


def _facts(one: Checked) -> Iterator[tuple[str, str]]:
    if one.problem:
        yield "PROBLEM", one.problem
    if one.server_words:
        yield "its words", one.server_words
    for label, names in (
        ("headers found", one.headers_found),
        ("headers missing", one.headers_missing),
        ("keys found", one.keys_found),
        ("keys missing", one.keys_missing),
        ("optional keys not there", one.keys_absent),
        ("keys unknown", one.keys_unknown),
    ):
        if names:
            yield label, ", ".join(names)
    if one.rows is not None:
        yield "rows", f"{one.rows}, {one.rows_skipped or 'none'} of them skipped"
    if one.no_rows:
        yield "", "without rows their keys can't be seen"
    if one.paging:
        yield "paging", one.paging
    by_way: dict[tuple[str, str], list[str]] = {}
    for met in one.deviations:
        entry = f"{met.key or 'the answer'} x {met.times}"
        by_way.setdefault((met.kind, met.how), []).append(entry)
    for (kind, how), entries in by_way.items():
        yield kind.replace("_", " "), f"{', '.join(entries)}{f' ({how})' if how else ''}"
    yield from (("", note) for note in one.notes)
