"""Pictures of the running demo, for README and docs, or of any page of it by hand.

python3 -m tools pictures                                     # all of them
python3 -m tools pictures --url /odoo/campaign-master --login sales --output /tmp/x.png
"""

import argparse
import io
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from . import places
from .chromium import Chromium
from .demo import port
from .problem import Problem
from .processes import answers
from .shots import SHOTS, Shot

FOLDER = places.CHECKOUT / "docs" / "pictures"
# These are on the addon's page in Odoo too.
APP_PAGE = places.ADDON / "static" / "description"
ON_APP_PAGE = ("campaign", "checklist", "statistics", "settings")
COLOURS = 256


def main(arguments: Sequence[str]) -> int:
    """Take the declared shots, or the one that the arguments describe."""
    options = _options(arguments)
    base = f"http://127.0.0.1:{port('ODOO_PORT', 8069)}"
    if options.url:
        shot = Shot(
            Path(options.output).stem,
            options.url,
            login=options.login,
            wait=options.wait,
            clicks=tuple(options.click),
            width=options.width,
            height=options.height,
            dark=options.dark,
        )
        take(base, shot, Path(options.output))
        return 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for shot in SHOTS:
        if not options.only or shot.name in options.only:
            take(base, shot, FOLDER / f"{shot.name}.png")
            if shot.name in ON_APP_PAGE:
                shutil.copy(FOLDER / f"{shot.name}.png", APP_PAGE)
            print(f"docs/pictures/{shot.name}.png")
    return 0


def take(base: str, shot: Shot, path: Path) -> None:
    """Take one picture of the demo at ``base``, small enough to be committed."""
    if shot.sandbox:
        base = f"http://127.0.0.1:{port('SANDBOX_PORT', 8025)}"
    if not answers(base):
        raise Problem(
            f"Nothing answers at {base}. Start `make demo` first; if it has other ports, set "
            "ODOO_PORT and SANDBOX_PORT here too."
        )
    with Chromium(shot.width, shot.height, shot.dark) as page:
        if not shot.sandbox:
            _log_in(page, base, shot)
        page.open(base + shot.url)
        page.wait_for(shot.wait)
        for selector in shot.clicks:
            page.click(selector)
            page.settle()
        page.settle(1.5)
        if shot.scroll_to:
            page.scroll_to(shot.scroll_to)
        page.screenshot(path)
    _shrink(path)


def _log_in(page: Chromium, base: str, shot: Shot) -> None:
    page.set_cookie(base, "color_scheme", "dark" if shot.dark else "light")
    page.open(f"{base}/web/login")
    page.type("input[name=login]", shot.login)
    page.type("input[name=password]", os.environ.get("DEMO_PASSWORD") or shot.login)
    page.click("form.oe_login_form button[type=submit]")
    try:
        page.wait("!location.pathname.startsWith('/web/login')")
    except Problem:
        raise Problem(f"The demo doesn't let {shot.login} in. Is `make demo` running?") from None
    page.wait("document.readyState === 'complete'")


def _shrink(path: Path) -> None:
    with Image.open(io.BytesIO(path.read_bytes())) as image:
        image.convert("RGB").quantize(COLOURS).save(path, optimize=True)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m tools pictures")
    parser.add_argument("only", nargs="*", help="names of the pictures to take; all without")
    parser.add_argument("--url", help="take this page instead, e.g. /odoo/campaign-master")
    parser.add_argument("--output", default="picture.png")
    parser.add_argument("--login", default="sales")
    parser.add_argument("--wait", default=".o_action_manager .o_view_controller, .o_form_view")
    parser.add_argument("--click", action="append", default=[], metavar="SELECTOR")
    parser.add_argument("--width", type=int, default=1366)
    parser.add_argument("--height", type=int, default=900)
    parser.add_argument("--dark", action="store_true")
    return parser.parse_args(arguments)
