"""Builds the distribution of one addon, to be installed beside an Odoo 19.

That is `odoo-addon-campaign-master-connector`; the variable ADDON names the folder of another one.
"""

import ast
import os
from pathlib import Path

from setuptools import find_packages, setup

MAIN = "campaign_master_connector"
FOLDER = os.environ.get("ADDON", MAIN)
PACKAGE = f"odoo.addons.{FOLDER}"
ADDON = Path(__file__).parent / FOLDER
NOT_SHIPPED = ("tests", "tests.*")
DATA_SUFFIXES = {
    *(".xml", ".csv", ".sql", ".yaml", ".po", ".pot"),
    *(".js", ".scss", ".css", ".png", ".svg", ".html", ".rst"),
}

manifest = ast.literal_eval((ADDON / "__manifest__.py").read_text(encoding="utf-8"))


def packages() -> list[str]:
    """The addon and its Python packages, by the names that they have inside Odoo."""
    inner = find_packages(str(ADDON), exclude=NOT_SHIPPED)
    return [PACKAGE, *(f"{PACKAGE}.{name}" for name in inner)]


def data_files() -> list[str]:
    """Paths inside the addon of all that is in no package, its own tests' files excepted."""
    data = (path for path in ADDON.rglob("*") if path.suffix in DATA_SUFFIXES)
    # Their folders are named after versions, which no package can be.
    migrations = ADDON.glob("migrations/*/*.py")
    paths = (path.relative_to(ADDON) for path in (*data, *migrations))
    return sorted(path.as_posix() for path in paths if "tests" not in path.parts)


def distribution(folder: str) -> str:
    """The name of an addon's distribution."""
    return f"odoo-addon-{folder.replace('_', '-')}"


def requirements() -> list[str]:
    """What pip is to install with it.

    Odoo is left out: it is on no package index, and pip would search for it there. So is an
    addon of others that itself asks for Odoo.
    """
    packages = manifest.get("external_dependencies", {}).get("python", [])
    own = [distribution(MAIN)] if MAIN in manifest["depends"] else []
    return [*packages, *own]


setup(
    name=distribution(FOLDER),
    version=manifest["version"],
    description=manifest["summary"],
    long_description=(ADDON / "README.rst").read_text(encoding="utf-8"),
    long_description_content_type="text/x-rst",
    author=manifest["author"],
    license=manifest["license"],
    license_files=["LICENSE"],
    python_requires=">=3.11",
    install_requires=requirements(),
    packages=packages(),
    package_dir={PACKAGE: FOLDER},
    package_data={PACKAGE: data_files()},
    classifiers=[
        "Framework :: Odoo",
        "Framework :: Odoo :: 19.0",
        "Programming Language :: Python :: 3",
    ],
    zip_safe=False,
)
