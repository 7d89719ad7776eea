"""The package stands alone: no Odoo, nothing but the standard library, requests and PyYAML."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import campaign_master_api
import pytest
from campaign_master_api import contract

PACKAGE = Path(campaign_master_api.__file__).parent
MODULES = sorted(PACKAGE.glob("*.py"))
ALLOWED = sys.stdlib_module_names | {"requests", "yaml"}
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
def test_a_module_imports_only_its_siblings_the_standard_library_requests_and_yaml(
    module: Path,
) -> None:
    for level, name in imported(module):
        if level:
            assert level == 1
            assert not name or (PACKAGE / f"{name}.py").exists()
        else:
            assert name.partition(".")[0] in ALLOWED


def names_of_the_wire() -> set[str]:
    """Paths, keys, parameters and headers of the contract that are no words of our own as well."""
    document = contract.current()
    operations = document.operations.values()
    names = {one.path for one in operations} | {one.name for one in operations}
    names |= {name for name in document.headers.values() if name != "Retry-After"}
    for operation in operations:
        names |= {one.name for one in operation.parameters.values()}
        for shape in (operation.body, operation.answer, operation.row):
            names |= {key.name for key in shape.values()}
    return {name for name in names if not (name.islower() and name.isidentifier())}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.stem))
def test_no_module_knows_a_path_header_or_key(module: Path) -> None:
    texts = {
        node.value
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    telling = names_of_the_wire()
    assert len(telling) > 40
    assert not texts & telling
    assert not any(text.startswith("x-rate") for text in texts)


def test_there_are_fewer_files_than_before_the_contract_was_read() -> None:
    # The API check is a program of its own, which came later.
    of_the_check = [module for module in MODULES if module.stem.startswith(("check", "__main__"))]
    assert len(MODULES) - len(of_the_check) < 20


def test_the_package_logs_nothing_itself() -> None:
    assert not any("logging" in name for module in MODULES for _, name in imported(module))
