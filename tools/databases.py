"""Databases: templates that are kept, and copies of them to work in.

A template is made in two layers, since installing takes long: Odoo with the apps that the addon
needs, and on top of a copy of it the addon itself, made anew when its data files change.
"""

import ast
import hashlib
import shutil
from pathlib import Path

from psycopg2 import sql

from . import locks, odoo_process, odoo_source, packaged_addon, places
from .postgres import Server
from .progress import step

BASE_APPS = "crm,mass_mailing"
# What a company that does such mailings is likely to have beside them.
CUSTOMER_APPS = "sale_management,website,mass_mailing_sms,calendar,project,account"
ADDON = "campaign_master_connector"
# Python files are read at each start; these are what an update has to load.
DATA_SUFFIXES = {".xml", ".csv"}
SCHEMA_FOLDERS = ("models", "wizards", "report")


def ensure_template(server: Server, with_demo: bool, is_customer: bool = False) -> str:
    """The name of a database with the addon installed as it is in the checkout now."""
    name = f"cm_template_{_kind(with_demo, is_customer)}_{addon_fingerprint()}"
    with locks.held("templates", "Another run is preparing a database"):
        if exists(server, name):
            return name
        base = _ensure_base(server, with_demo, is_customer)
        with step("Installing the addon"):
            _install(server, name, base, ADDON, with_demo)
        _drop_older(server, f"cm_template_{_kind(with_demo, is_customer)}_", name)
    return name


def ensure_queue_job_template(server: Server, template: str) -> str:
    """The name of a copy of ``template`` that has the addon for queue_job too."""
    definition = b"".join(
        path.read_bytes() for path in sorted(places.QUEUE_JOB_ADDON.rglob("*.xml"))
    )
    version = hashlib.sha256(definition).hexdigest()[:6]
    name = f"cm_template_jobs_{template.rpartition('_')[2]}_{version}"
    with locks.held("templates", "Another run is preparing a database"):
        if not exists(server, name):
            with step("Installing the addon for queue_job"):
                path = odoo_process.addons_path(packaged_addon.QUEUE_JOB.addons())
                apps = places.QUEUE_JOB_ADDON.name
                _install(server, name, template, apps, with_demo=False, addons_path=path)
            _drop_older(server, "cm_template_jobs_", name)
    return name


def ensure_base(server: Server, with_demo: bool, is_customer: bool = False) -> str:
    """The name of a database with Odoo's apps that the addon is installed beside."""
    with locks.held("templates", "Another run is preparing a database"):
        return _ensure_base(server, with_demo, is_customer)


def install_log(name: str) -> Path:
    """What Odoo said when the database of this name was installed."""
    return places.logs() / f"{name}.log"


def _ensure_base(server: Server, with_demo: bool, is_customer: bool) -> str:
    name = f"cm_base_{_kind(with_demo, is_customer)}_{_short(odoo_source.python_path())}"
    if not exists(server, name):
        apps = f"{BASE_APPS},{CUSTOMER_APPS}" if is_customer else BASE_APPS
        with step(f"Installing Odoo's apps ({'with' if with_demo else 'without'} demo data)"):
            _install(server, name, None, apps, with_demo)
    return name


def _kind(with_demo: bool, is_customer: bool) -> str:
    return ("customer_" if is_customer else "") + ("demo" if with_demo else "bare")


def addon_fingerprint() -> str:
    """A digest of all that makes a database differ: data files and the models' definitions."""
    digest = hashlib.sha256()
    for path in sorted(places.ADDON.rglob("*")):
        if path.suffix in DATA_SUFFIXES or path.name == "__manifest__.py":
            digest.update(str(path.relative_to(places.ADDON)).encode() + path.read_bytes())
        elif path.suffix == ".py" and path.parent.name in SCHEMA_FOLDERS:
            digest.update(_definitions(path.read_text(encoding="utf-8")).encode())
    return digest.hexdigest()[:10]


def _definitions(source: str) -> str:
    """The fields, constraints and indexes of a module's models, without their methods."""
    classes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    return "".join(
        ast.dump(statement)
        for model in classes
        for statement in model.body
        if isinstance(statement, ast.Assign)
    )


def copy(server: Server, source: str, name: str) -> None:
    """Make ``name`` a copy of ``source``, whatever it was before."""
    drop(server, name)
    with server.cursor() as cursor:
        _disconnect(cursor, source)
        cursor.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(source)
            )
        )
    files = places.odoo_data() / "filestore"
    shutil.rmtree(files / name, ignore_errors=True)
    if (files / source).is_dir():
        shutil.copytree(files / source, files / name)


def exists(server: Server, name: str) -> bool:
    """Whether there is a database of this name."""
    with server.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


def drop(server: Server, name: str) -> None:
    """Remove a database, also when somebody is still connected."""
    with server.cursor() as cursor:
        _disconnect(cursor, name)
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def _install(
    server: Server, name: str, source: str | None, apps: str, with_demo: bool, **options: object
) -> None:
    """Install under a working name and rename at the end, so that half of it never counts."""
    working = f"{name}_unfinished"
    log = install_log(name)
    log.unlink(missing_ok=True)
    if source:
        copy(server, source, working)
    else:
        drop(server, working)
        with server.cursor() as cursor:
            cursor.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(
                    sql.Identifier(working)
                )
            )
    configuration = odoo_process.write_configuration(
        places.cache() / f"{name}.conf", server, working, **options
    )
    demo = ["--with-demo"] if with_demo else ["--without-demo"]
    odoo_process.run_to_end(configuration, ["-i", apps, *demo], log, f"Installing {apps}")
    _rename(server, working, name)


def _rename(server: Server, old: str, new: str) -> None:
    with server.cursor() as cursor:
        _disconnect(cursor, old)
        cursor.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                sql.Identifier(old), sql.Identifier(new)
            )
        )
    files = places.odoo_data() / "filestore"
    if (files / old).is_dir():
        shutil.rmtree(files / new, ignore_errors=True)
        (files / old).rename(files / new)


def _drop_older(server: Server, prefix: str, kept: str) -> None:
    with server.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{prefix}%"])
        older = [name for [name] in cursor.fetchall() if name != kept]
    for name in older:
        drop(server, name)
        shutil.rmtree(places.odoo_data() / "filestore" / name, ignore_errors=True)


def _disconnect(cursor: object, name: str) -> None:
    cursor.execute(  # type: ignore[attr-defined]
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = %s AND pid <> pg_backend_pid()",
        [name],
    )


def _short(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:6]
