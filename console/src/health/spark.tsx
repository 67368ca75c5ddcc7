/* SPDX-License-Identifier: Apache-2.0 */
/* spark.tsx -- a small line of the last minutes, with its number in large. */
import type { Series } from "./series";

const WIDTH = 240;
const HEIGHT = 48;

/* Lines from one known moment to the next; the newest is at the right. */
function pathOf(series: Series, greatest: number): string {
    let path = "";
    let isDown = false;
    for (let i = 0; i < series.count; i++) {
        const value = series.at(i);
        if (Number.isNaN(value)) {
            isDown = false;
            continue;
        }
        const x = WIDTH * (1 - (series.count - 1 - i) / (series.size - 1));
        const y = HEIGHT - 1 - (HEIGHT - 2) * (greatest > 0 ? value / greatest : 0);
        path += `${isDown ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
        isDown = true;
    }
    return path;
}

interface Props {
    title: string;
    /* Each drawn in its own manner; the first is the one in large. */
    lines: { name: string; series: Series }[];
    show: (value: number) => string;
    /* What the numbers are of, in small letters. */
    note?: string | undefined;
}

export function Spark({ title, lines, show, note }: Props) {
    const greatest = Math.max(...lines.map(({ series }) => series.greatest));
    const text = (value: number): string => Number.isNaN(value) ? "–" : show(value);
    const told = lines.map(({ name, series }) => `${name} ${text(series.last)}`).join(", ");
    return (
        <section class="card spark">
            <h2>{title}</h2>
            <p class="spark-values">
                {lines.map(({ name, series }, i) => (
                    <span key={name} class={`spark-value spark-${i}`}>
                        <b>{text(series.last)}</b> <span class="muted">{name}</span>
                    </span>
                ))}
            </p>
            <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img"
                aria-label={`${title}: ${told}; at most ${text(greatest)} in the last minutes`}>
                {lines.map(({ name, series }, i) => (
                    <path key={name} class={`spark-line spark-line-${i}`} d={pathOf(series, greatest)} />
                ))}
            </svg>
            <p class="spark-note muted">{note ?? `at most ${text(greatest)}`}</p>
        </section>
    );
}
