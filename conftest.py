"""Which tests run one after the other when several workers share them."""

from __future__ import annotations

from collections.abc import Generator

import pytest

# One browser at a time: two on two cores make each other's steps time out.
BROWSER = "browser"
# After the fast ones, so that they don't end long after everything else.
LONG = ("tests/end_to_end/", "tests/life_cycle/", BROWSER)
FAST = ("tests/wire/",)


# A wrapper, to come before the plugin that reads the groups.
@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None, None, None]:
    """Keep the tests of a file together, and those with a browser; the long ones early."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=lambda item: _turn(_group(item)))
    yield


def _group(item: pytest.Item) -> str:
    return BROWSER if _opens_a_browser(item) else item.nodeid.partition("::")[0]


def _opens_a_browser(item: pytest.Item) -> bool:
    bases = item.cls.__mro__ if isinstance(item, pytest.Function) and item.cls else ()
    return any(base.__name__ == "HttpCase" for base in bases)


def _turn(group: str) -> int:
    if group.startswith(FAST):
        return 0
    return 1 if group.startswith(LONG) else 2
