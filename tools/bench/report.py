"""The figures as a table for the terminal and as a drawing."""

from typing import Any

Figures = dict[str, Any]


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


def drawing(figures: Figures) -> str:
    """An SVG with a bar for each measurement that has a floor: how many times the floor."""
    rows = [row for row in figures["measurements"] if row.get("ratio")]
    height = 30 * len(rows) + 50
    scale = 420 / max([3.0, *(row["ratio"] for row in rows)])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="900" height="{height}" '
        'font-family="sans-serif" font-size="13">',
        '<text x="10" y="20" font-weight="bold">Times the floor (the dashed line is 3)</text>',
    ]
    for number, row in enumerate(rows):
        top = 40 + 30 * number
        width = row["ratio"] * scale
        parts += [
            f'<text x="10" y="{top + 14}">{row["name"]}</text>',
            f'<rect x="400" y="{top}" width="{width:.0f}" height="20" fill="#875a7b"/>',
            f'<text x="{405 + width:.0f}" y="{top + 14}">{row["ratio"]:.2f}</text>',
        ]
    line = 400 + 3 * scale
    parts.append(
        f'<line x1="{line:.0f}" x2="{line:.0f}" y1="30" y2="{height - 10}" '
        'stroke="#888" stroke-dasharray="4"/></svg>'
    )
    return "\n".join(parts)
