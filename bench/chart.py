# SPDX-License-Identifier: Apache-2.0
"""The table's times as one picture: a line a query, a dot a server, and the
time on a logarithmic scale."""

import math

from report import COLUMNS

COLOURS = {
    "PostgreSQL 15": "#4a6fa5",
    "DuckDB": "#c9a227",
    "ClickHouse": "#7a5195",
    "limit": "#9a9a9a",
    "Stele": "#d1332e",
}
WIDTH, LEFT, RIGHT, TOP = 960, 290, 40, 84
LINE, RADIUS = 30, 6.5
FONT = 'font-family="DejaVu Sans, Verdana, sans-serif"'


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


class Chart:
    def __init__(self, title, rows):
        self.title = title
        self.rows = rows  # report.Row, all in ms
        values = [v for row in rows for v in row.medians.values() if v > 0]
        self.low = math.floor(math.log10(min(values)))
        self.high = math.ceil(math.log10(max(values)))
        self.bottom = TOP + LINE * len(rows)

    def x(self, value):
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def text(self, x, y, text, anchor="start", size=13, colour="#222"):
        return (
            f'<text x="{x:.1f}" y="{y:.1f}" {FONT} font-size="{size}"'
            f' fill="{colour}" text-anchor="{anchor}">{escape(text)}</text>'
        )

    def legend(self):
        parts = []
        x = LEFT
        for name in COLUMNS:
            parts.append(self.dot(x + RADIUS, 48, name))
            label = "C by hand" if name == "limit" else name
            parts.append(self.text(x + 20, 52.5, label))
            x += 36 + 8.4 * len(label)
        return parts

    def dot(self, x, y, name):
        return (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS}"'
            f' fill="{COLOURS[name]}" stroke="#fff"/>'
        )

    def scale(self):
        parts = []
        for power in range(self.low, self.high + 1):
            x = self.x(10.0**power)
            parts.append(
                f'<path d="M{x:.1f} {TOP - 8}V{self.bottom}" stroke="#ddd"/>'
            )
            label = f"{10.0 ** power:,g} ms"
            parts.append(
                self.text(x, self.bottom + 20, label, "middle", 12, "#666")
            )
        return parts

    def line(self, number, row):
        y = TOP + LINE * (number + 0.5)
        parts = [self.text(LEFT - 14, y + 4.5, row.what, "end")]
        points = [v for v in row.medians.values() if v > 0]
        parts.append(
            f'<path d="M{self.x(min(points)):.1f} {y}H'
            f'{self.x(max(points)):.1f}" stroke="#bbb"/>'
        )
        for name in COLUMNS:  # Stele's dot is on top
            if row.medians.get(name):
                parts.append(self.dot(self.x(row.medians[name]), y, name))
        return parts

    def svg(self):
        height = self.bottom + 40
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}"'
            f' height="{height}" viewBox="0 0 {WIDTH} {height}">',
            f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
            self.text(LEFT, 24, self.title, size=15),
            *self.legend(),
            *self.scale(),
        ]
        for number, row in enumerate(self.rows):
            parts += self.line(number, row)
        return "\n".join([*parts, "</svg>", ""])


def of_table(table, title):
    """None if the table has no times of queries."""
    rows = [row for row in table.rows.values() if row.what.startswith("Q")]
    return Chart(title, rows).svg() if rows else None
