"""What is installed is what was installed before: each package is known by its hashes."""

from __future__ import annotations

import re

from tools import environment, places

PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+)", re.MULTILINE)
LOCKED = re.compile(r"^[A-Za-z0-9_.-]+==\S+(?: \\\n    --hash=sha256:[0-9a-f]{64})+$", re.MULTILINE)


def named(text: str) -> dict[str, str]:
    """{name as the index compares it: version}."""
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in PINNED.findall(text)}


def test_each_package_is_locked_as_it_is_named() -> None:
    wanted = places.REQUIREMENTS.with_suffix(".in").read_text(encoding="utf-8")
    locked = places.REQUIREMENTS.read_text(encoding="utf-8")
    assert named(locked) == named(wanted)
    assert len(LOCKED.findall(locked)) == len(named(locked))


def test_nothing_but_the_index_is_asked() -> None:
    lines = places.REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("-")] == []


def test_what_builds_packages_is_locked_too() -> None:
    lines = environment.requirement(environment.BUILDER)
    assert LOCKED.fullmatch(lines.strip())
