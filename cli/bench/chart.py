"""The result as a picture: a bar for each row that shows how much of its goal it reaches.

All goals stand on one line, whether they ask for much (a share of a peer) or for little (a growth):
a bar that reaches the line meets its goal. Rows without a goal are compared with parity.
"""

from collections.abc import Sequence
from html import escape

from cli.bench.report import short
from cli.bench.results import Goal, Row

LEFT, BAR, RIGHT, LINE, TOP = 360, 420, 250, 26, 70
# Twice as good as the goal, or better, fills the width.
SHARE_MAX = 2.0
COLOURS = {True: "#2f7d4f", False: "#b23a2e", None: "#8a94a0"}
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1d2530}.s{fill:#5b6673}"
    ".h{font-size:16px;font-weight:600}.e{text-anchor:end}.m{text-anchor:middle}"
)


def svg(rows: Sequence[Row], subtitle: str) -> str:
    """Return the chart as an SVG document."""
    height = TOP + LINE * len(rows) + 40
    width = LEFT + BAR + RIGHT
    goal_x = _x(1.0)
    bottom = TOP + LINE * len(rows)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img">',
        f'<title>Benchmark</title><style>{STYLE}</style><rect width="100%" height="100%" '
        'fill="#fff"/>',
        '<text class="h" x="16" y="26">How much of its goal each figure reaches</text>',
        f'<text class="s" x="16" y="46">{escape(subtitle)}</text>',
        *(_bar(row, TOP + LINE * number) for number, row in enumerate(rows)),
        f'<line x1="{goal_x:.1f}" x2="{goal_x:.1f}" y1="{TOP - 8}" y2="{bottom + 4}" '
        'stroke="#1d2530" stroke-width="1.5" stroke-dasharray="4 3"/>',
        f'<text class="s m" x="{goal_x:.1f}" y="{bottom + 20}">goal (grey: parity)</text>',
        f'<text class="s m" x="{_x(SHARE_MAX):.1f}" y="{bottom + 20}">twice as good</text>',
        "</svg>\n",
    ]
    return "\n".join(parts)


def _bar(row: Row, y: int) -> str:
    goal = row.goal or Goal(1.0, at_least=_larger_is_better(row))
    share = goal.share(row.figure)
    colour = COLOURS[row.passed]
    middle = y + LINE / 2
    parts = [
        f'<text class="e" x="{LEFT - 10}" y="{middle + 4:.1f}">{escape(row.title.strip())}</text>',
        f'<rect x="{LEFT}" y="{y + 5}" width="{_x(share) - LEFT:.1f}" height="{LINE - 10}" '
        f'fill="{colour}"/>',
    ]
    if row.spread is not None:
        ends = sorted(_x(goal.share(value)) for value in row.spread)
        parts.append(
            f'<line x1="{ends[0]:.1f}" x2="{ends[1]:.1f}" y1="{middle}" y2="{middle}" '
            'stroke="#1d2530" stroke-width="2"/>'
        )
    parts.append(f'<text x="{LEFT + BAR + 12}" y="{middle + 4:.1f}">{escape(_label(row))}</text>')
    return "".join(parts)


def _larger_is_better(row: Row) -> bool:
    """Tell which way a row without a goal is read: shares of a peer up, milliseconds down."""
    return row.unit == "/s"


def _label(row: Row) -> str:
    unit = f" {row.unit}" if row.other is None else ""
    said = f"{short(row.figure)}{unit}"
    if row.goal is None:
        return said
    if row.decided_by == "cpu" and row.cpu_figure is not None:
        said += f", by CPU {short(row.cpu_figure)}"
    return f"{said} ({row.goal}: {'met' if row.passed else 'missed'})"


def _x(share: float) -> float:
    return LEFT + BAR * min(max(share, 0.0), SHARE_MAX) / SHARE_MAX
