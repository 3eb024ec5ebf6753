"""The funnel of a data set as a picture for its card: an SVG file that needs nothing else."""

from collections.abc import Sequence
from html import escape

from pipeline.funnel import Line, rows_of

WIDTH, ROW, BAND, LEFT = 760, 34, 300, 440
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1c2126}.soft{fill:#5b646d}.kept{fill:#2b6f77}.gone{fill:#b6492b;"
    "opacity:.35}@media(prefers-color-scheme:dark){text{fill:#e8e9e6}.soft{fill:#a3abb2}.kept{fill:#5fb3b8}}"
)


def funnel_picture(lines: Sequence[Line]) -> str:
    """The lines of a funnel as bars: what each step kept, and what it took of what came to it."""
    whole = max((sum(rows_of(line)) for line in lines if line.begins), default=1) or 1
    rows = [part for number, line in enumerate(lines) for part in _row(line, number * ROW, whole)]
    size = f'viewBox="0 0 {WIDTH} {max(len(lines), 1) * ROW}" width="{WIDTH}"'
    head = f"<title>Documents kept after each step</title><style>{STYLE}</style>"
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">{head}{"".join(rows)}</svg>\n'


def _row(line: Line, top: int, whole: int) -> list[str]:
    kept, came = line.kept.rows, sum(rows_of(line))
    middle = top + ROW - 12
    bars = [(LEFT, kept, "kept"), (LEFT + BAND * kept / whole, came - kept, "gone")]
    drawn = [
        f'<rect class="{name}" x="{x:.1f}" y="{top + 4}" width="{BAND * rows / whole:.1f}" height="{ROW - 6}"/>'
        for x, rows, name in bars
        if rows
    ]
    return [
        f'<text x="0" y="{middle}"><tspan class="soft">{escape(line.stage)}</tspan> {escape(line.step)}</text>',
        f'<text x="{LEFT - 70}" y="{middle}" text-anchor="end">{kept:,}</text>',
        f'<text class="soft" x="{LEFT - 12}" y="{middle}" text-anchor="end">{kept / whole:.1%}</text>',
        *drawn,
    ]
