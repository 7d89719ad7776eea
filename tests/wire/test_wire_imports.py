"""The package stands alone: no Odoo, nothing but the standard library and requests."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import campaign_master_api
import pytest

PACKAGE = Path(campaign_master_api.__file__).parent
MODULES = sorted(PACKAGE.glob("*.py"))
ALLOWED = sys.stdlib_module_names | {"requests"}
WITHOUT_ODOO = """
import sys
sys.modules["odoo"] = None
sys.path.insert(0, sys.argv[1])
import campaign_master_api
for name in campaign_master_api.__all__:
    getattr(campaign_master_api, name)
assert not any(name.startswith("odoo.") for name in sys.modules)
print(campaign_master_api.normalize_api_url("api.example.com/api/v1"))
"""


def imported(module: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.level, node.module or ""


def test_it_works_where_odoo_is_not() -> None:
    run = subprocess.run(
        [sys.executable, "-I", "-c", WITHOUT_ODOO, str(PACKAGE.parent)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == "https://api.example.com"


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.stem))
def test_a_module_imports_only_its_siblings_the_standard_library_and_requests(
    module: Path,
) -> None:
    for level, name in imported(module):
        if level:
            assert level == 1
            assert not name or (PACKAGE / f"{name}.py").exists()
        else:
            assert name.partition(".")[0] in ALLOWED


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.stem))
def test_only_endpoints_knows_paths_headers_and_keys(module: Path) -> None:
    if module.stem == "endpoints":
        return
    endpoints = importlib.import_module("campaign_master_api.endpoints")
    schemas = [value for value in vars(endpoints).values() if isinstance(value, dict)]
    keys = {
        key.name for schema in schemas for key in schema.values() if isinstance(key, endpoints.Key)
    }
    telling = {name for name in keys if not name.islower()}
    texts = {
        node.value
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert len(telling) > 20
    assert not texts & telling
    assert not any(text.startswith("x-") for text in texts)
    assert not any(
        isinstance(value, endpoints.Operation) and value.path in texts
        for value in vars(endpoints).values()
    )


def test_the_package_logs_nothing_itself() -> None:
    assert not any("logging" in name for module in MODULES for _, name in imported(module))
