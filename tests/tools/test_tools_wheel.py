"""A distribution has a whole addon and nothing else, and Odoo installs the addon from it."""

import ast
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import databases, odoo_process, odoo_source, places, postgres

BUILT_FROM = ("setup.py", "pyproject.toml", "LICENSE")
# Odoo's own addons alone, so that this one can come from nowhere but the wheel.
FIND = "import odoo.modules.module as m; print(m.get_module_path('campaign_master_connector'))"


def pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def build(addon: Path, folder: Path) -> Path:
    """The addon's wheel, built in an empty folder as `make wheel` does."""
    for name in BUILT_FROM:
        shutil.copy(places.CHECKOUT / name, folder)
    unwanted = shutil.ignore_patterns("__pycache__", ".*")
    shutil.copytree(addon, folder / addon.name, ignore=unwanted)
    where = ("--wheel-dir", str(folder), str(folder))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ADDON", addon.name)
        pip("wheel", "--no-build-isolation", "--no-index", "--no-deps", *where)
    [path] = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(places.ADDON, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def queue_job_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(places.QUEUE_JOB_ADDON, tmp_path_factory.mktemp("queue_job_wheel"))


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel, beside Odoo and its requirements."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    [packages] = folder.glob("lib/python*/site-packages")
    pip("install", "--no-index", "--no-deps", "--target", str(packages), str(wheel))
    requirements = next(path for path in sys.path if path.endswith("site-packages"))
    (packages / "odoo.pth").write_text(f"{odoo_source.python_path()}\n{requirements}\n")
    return folder / "bin" / "python"


@pytest.mark.parametrize(
    ("fixture", "addon"),
    [("wheel", places.ADDON), ("queue_job_wheel", places.QUEUE_JOB_ADDON)],
    ids=["main", "queue_job"],
)
def test_it_has_every_file_of_the_addon_but_its_tests(
    fixture: str, addon: Path, request: pytest.FixtureRequest
) -> None:
    manifest = ast.literal_eval((addon / "__manifest__.py").read_text(encoding="utf-8"))
    wanted = {
        f"odoo/addons/{addon.name}/{path.relative_to(addon).as_posix()}"
        for path in addon.rglob("*")
        if path.is_file() and not is_left_out(path.relative_to(addon))
    }

    names = set(zipfile.ZipFile(request.getfixturevalue(fixture)).namelist())

    information = f"odoo_addon_{addon.name}-{manifest['version']}.dist-info/"
    assert {name for name in names if not name.startswith(information)} == wanted
    assert f"{information}licenses/LICENSE" in names


def test_the_one_for_queue_job_asks_for_the_main_one_alone(queue_job_wheel: Path) -> None:
    [metadata] = (
        text
        for name, text in contents(queue_job_wheel).items()
        if name.endswith(".dist-info/METADATA")
    )
    asked_for = [line for line in metadata.splitlines() if line.startswith("Requires-Dist")]
    assert asked_for == ["Requires-Dist: odoo-addon-campaign-master-connector"]


def contents(wheel: Path) -> dict[str, str]:
    """The texts of the wheel by their names."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name).decode(errors="replace") for name in archive.namelist()}


def is_left_out(path: Path) -> bool:
    return any(part in ("tests", "__pycache__") or part.startswith(".") for part in path.parts)


def test_odoo_finds_the_addon_in_a_fresh_environment(python: Path, tmp_path: Path) -> None:
    found = subprocess.run(
        [python, "-c", FIND],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "ODOO_RC": str(tmp_path / "none.conf")},
        capture_output=True,
        text=True,
        check=True,
    )

    place = Path(found.stdout.strip())
    assert python.parent.parent in place.parents
    assert (place / "__manifest__.py").is_file()


@pytest.fixture
def database() -> Iterator[tuple[postgres.Server, str]]:
    """A copy of the database with the addon."""
    template = os.environ.get("CAMPAIGN_MASTER_TEMPLATE")
    if not template:
        pytest.fail('This test needs what `make test ARGS="tests/tools"` sets up.')
    name = f"cm_wheel_{os.getpid()}"
    with postgres.running() as server:
        databases.copy(server, template, name)
        yield server, name
        databases.drop(server, name)
    shutil.rmtree(places.cache() / "odoo-data" / "filestore" / name, ignore_errors=True)


def test_its_data_is_installed_from_there(
    python: Path, database: tuple[postgres.Server, str], tmp_path: Path
) -> None:
    server, name = database
    own_addons = [folder for folder in odoo_source.addons_path() if folder != places.CHECKOUT]
    configuration = odoo_process.write_configuration(tmp_path / "odoo.conf", server, name)
    text = configuration.read_text()
    every_folder = ",".join(map(str, odoo_source.addons_path()))
    configuration.write_text(text.replace(every_folder, ",".join(map(str, own_addons))))

    updated = subprocess.run(
        [
            *(python, "-c", odoo_process.LAUNCH, "server", "-c", configuration),
            *("-u", "campaign_master_connector", "--stop-after-init", "--no-http"),
        ],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "loading campaign_master_connector/views/utm_campaign_views.xml" in updated.stderr
    assert " ERROR " not in updated.stderr
