"""What Odoo's log says went wrong, and the result of its own test runner."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

RECORD = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ (?P<level>[A-Z]+) \S+ (?P<said>.*)")
BAD_LEVELS = {"WARNING", "ERROR", "CRITICAL"}
# Python's own warnings have no level.
PYTHON_WARNING = re.compile(r"\b\w*Warning: ")
# What Odoo says of itself, whatever is installed.
KNOWN = (
    "Running as user 'root' is a security risk",
    # The runner's summary, which is read by itself.
    "odoo.tests.result: ",
    # Odoo logs each sentence that a tour provokes.
    "odoo.http: Unable to create the external campaign for the following reason",
)
RESULT = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests when loading database")


@dataclass(frozen=True)
class TestResult:
    """How a run of Odoo's own test runner ended, in numbers of tests."""

    __test__ = False

    failed: int
    errors: int
    tests: int

    @property
    def is_green(self) -> bool:
        """Whether there were tests at all, and none of them failed."""
        return self.tests > 0 and not self.failed and not self.errors


def problems(log: Path) -> list[str]:
    """Warnings, errors and tracebacks in a log, each as one text, without those known of Odoo."""
    found = []
    for level, text in _records(log.read_text(encoding="utf-8", errors="replace")):
        is_bad = level in BAD_LEVELS or PYTHON_WARNING.search(text) or "Traceback (" in text
        if is_bad and not any(known in text for known in KNOWN):
            found.append(text)
    return found


def test_result(log: Path) -> TestResult | None:
    """What the runner counted, None where it didn't come to that."""
    match = RESULT.search(log.read_text(encoding="utf-8", errors="replace"))
    return TestResult(*map(int, match.groups())) if match else None


def _records(text: str) -> Iterator[tuple[str, str]]:
    """(level, text with its continuation lines) of each record; no level before the first."""
    level, lines = "", list[str]()
    for line in text.splitlines():
        if match := RECORD.match(line):
            if lines:
                yield level, "\n".join(lines)
            level, lines = match["level"], [match["said"]]
        else:
            lines.append(line)
    if lines:
        yield level, "\n".join(lines)
