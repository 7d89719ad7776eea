"""The figures as a table for the terminal and as a drawing."""

from typing import Any

Figures = dict[str, Any]
LINEAR = (
    "Add recipients that match a filter",
    "  of it in the background, without the server's share",
    "Individual statistics, with the calls",
)


def table(figures: Figures) -> str:
    """One line a measurement: median and spread in seconds, rate, ratio to its floor."""
    head = f"{'measurement':<52}{'median s':>10}{'spread':>9}{'rows/s':>12}{'ratio':>8}"
    lines = [f"\n{figures['machine']}, {figures['rows']:,} recipients", "", head, "-" * len(head)]
    for row in figures["measurements"]:
        rate = f"{row['rows'] / row['median']:,.0f}" if row["rows"] and row["median"] else ""
        ratio = f"{row['ratio']:.2f}" if row.get("ratio") else ""
        lines.append(
            f"{row['name']:<52}{row['median']:>10.3f}{row['spread']:>9.3f}{rate:>12}{ratio:>8}"
        )
        lines += [f"    {note}" for note in row.get("notes", [])]
    return "\n".join(lines)


def linearity(runs: list[Figures]) -> str:
    """Microseconds a recipient at each size: what grows linearly has the same in each column."""
    if len(runs) < 2:
        return ""
    head = f"\n{'microseconds per recipient':<52}" + "".join(f"{run['rows']:>12,}" for run in runs)
    lines = [head, "-" * len(head)]
    for name in LINEAR:
        cells = [_microseconds(run, name) for run in runs]
        lines.append(f"{name.strip():<52}" + "".join(f"{cell:>12}" for cell in cells))
    return "\n".join(lines)


def _microseconds(run: Figures, name: str) -> str:
    found = [row for row in run["measurements"] if row["name"] == name and row["rows"]]
    return f"{found[0]['median'] / found[0]['rows'] * 1e6:,.0f}" if found else ""


def drawing(runs: list[Figures]) -> str:
    """An SVG: of each size a bar for each measurement that has a floor, and the speeds."""
    rows = [
        (f"{row['name'].strip()} ({run['rows']:,})", row["ratio"])
        for run in runs
        for row in run["measurements"]
        if row.get("ratio")
    ]
    scale = 420 / max([3.0, *(ratio for _name, ratio in rows)])
    height = 30 * len(rows) + 50
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="900" height="{height}" '
        'font-family="sans-serif" font-size="13">',
        '<rect width="100%" height="100%" fill="#fff"/>',
        '<text x="10" y="20" font-weight="bold">Times the floor (the dashed line is 3)</text>',
    ]
    for number, (name, ratio) in enumerate(rows):
        top = 40 + 30 * number
        parts += [
            f'<text x="10" y="{top + 14}">{name}</text>',
            f'<rect x="400" y="{top}" width="{ratio * scale:.0f}" height="20" fill="#875a7b"/>',
            f'<text x="{405 + ratio * scale:.0f}" y="{top + 14}">{ratio:.2f}</text>',
        ]
    line = 400 + 3 * scale
    parts.append(
        f'<line x1="{line:.0f}" x2="{line:.0f}" y1="30" y2="{height - 10}" '
        'stroke="#888" stroke-dasharray="4"/></svg>'
    )
    return "\n".join(parts)
