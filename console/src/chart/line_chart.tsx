/* SPDX-License-Identifier: Apache-2.0 */
/* line_chart.tsx -- lines or columns over a time or a number, by uPlot. */
import { useEffect, useRef } from "preact/hooks";
import type { JSX } from "preact";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { formatMicros } from "../data/time";
import { formatShort } from "../format";
import { paint } from "../theme";
import type { Lines } from "./chart_model";

const POINTS_SHOWN = 100;
const HEIGHT_MIN = 160;

const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/* From zero, as far as values go: lengths are to be compared. */
function rangeOf(_plot: uPlot, min: number | null, max: number | null): [number, number] {
    const low = Math.min(0, min ?? 0), high = Math.max(0, max ?? 1);
    const room = (high - low || 1) * 0.05;
    return [low < 0 ? low - room : 0, high > 0 ? high + room : 0];
}

/* Half a column more at each side, so that the outer ones are whole. */
function rangeOfColumns(x: readonly number[]): uPlot.Range.Function {
    let gap = Infinity;
    for (let i = 1; i < x.length; i++)
        gap = Math.min(gap, (x[i] ?? 0) - (x[i - 1] ?? 0));
    const half = Number.isFinite(gap) ? gap / 2 : 0.5;
    return (_plot, min, max) => [(min ?? 0) - half, (max ?? 1) + half];
}

/* As fine as the distance of two marks; the day and the year where they change. */
function timeMarks(seconds: readonly number[], incrementS: number): string[] {
    let lastDay = "", lastYear = "";
    return seconds.map((at) => {
        const text = formatMicros(Math.round(at * 1e6), incrementS < 1 ? 3 : 0);
        const day = text.slice(0, 10), year = text.slice(0, 4);
        const parts = incrementS >= 86400 ? [incrementS >= 28 * 86400 ? text.slice(0, 7) : text.slice(5, 10)] :
            [text.slice(11, incrementS >= 60 ? 16 : incrementS < 1 ? 23 : 19)];
        if (incrementS < 86400 ? day !== lastDay : year !== lastYear && incrementS < 28 * 86400)
            parts.push(incrementS < 86400 ? day : year);
        lastDay = day;
        lastYear = year;
        return parts.join("\n");
    });
}

function timeText(seconds: number, spanS: number): string {
    const text = formatMicros(Math.round(seconds * 1e6), 0);
    return spanS > 2 * 86400 && text.endsWith("00:00:00") ? text.slice(0, 10) : text;
}

function optionsOf(lines: Lines, isColumns: boolean, width: number, height: number): uPlot.Options {
    const text = token("--text-2"), grid = token("--line"), font = `12px ${token("--sans")}`;
    const spanS = (lines.x[lines.x.length - 1] ?? 0) - (lines.x[0] ?? 0);
    const axis: uPlot.Axis = { stroke: text, font, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
    const columns = uPlot.paths.bars?.({ size: [0.8, 48] });
    return {
        width, height,
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1e3), "Etc/UTC"),
        scales: {
            x: isColumns ? { time: lines.isTime, range: rangeOfColumns(lines.x) } : { time: lines.isTime },
            y: { range: rangeOf },
        },
        axes: [{ ...axis, values: (_plot, values, _axis, _space, increment) =>
            lines.isTime ? timeMarks(values, increment) : values.map(formatShort) }, { ...axis, size: 64, values: (_plot, values) => values.map(formatShort) }],
        cursor: { y: false, points: { size: 6 } },
        series: [
            { label: lines.isTime ? "time, UTC" : "x",
                value: (_plot, value) => value == null ? "–" : lines.isTime ? timeText(value, spanS) : formatShort(value) },
            ...lines.series.map((series): uPlot.Series => {
                const colour = token(`--series-${series.colour}`);
                const made: uPlot.Series = {
                    label: series.name, stroke: colour, width: isColumns ? 0 : 2, spanGaps: false,
                    points: { show: !isColumns && lines.x.length <= POINTS_SHOWN, size: 5, fill: colour },
                    value: (_plot, value) => value == null ? "–" : value.toLocaleString("en", { maximumFractionDigits: 4 }),
                };
                if (isColumns) {
                    made.fill = colour;
                    if (columns !== undefined)
                        made.paths = columns;
                }
                return made;
            }),
        ],
    };
}

/* Columns stand in front of each other: the smaller ones in front. */
function inOrder(lines: Lines, isColumns: boolean): Lines {
    const sum = (values: (number | null)[]): number => values.reduce<number>((all, value) => all + (value ?? 0), 0);
    return isColumns ? { ...lines, series: [...lines.series].sort((a, b) => sum(b.values) - sum(a.values)) } : lines;
}

export function LineChart(props: { lines: Lines; isColumns: boolean; label: string }): JSX.Element {
    const host = useRef<HTMLDivElement>(null);
    const colours = paint.value;
    useEffect(() => {
        const element = host.current;
        if (element === null)
            return undefined;
        const lines = inOrder(props.lines, props.isColumns);
        const data: uPlot.AlignedData = [lines.x, ...lines.series.map((series) => series.values)];
        const plot = new uPlot(optionsOf(lines, props.isColumns, element.clientWidth, HEIGHT_MIN), data, element);
        const fit = (): void => {
            const legend = element.querySelector<HTMLElement>(".u-legend")?.offsetHeight ?? 0;
            plot.setSize({ width: element.clientWidth, height: Math.max(HEIGHT_MIN, element.clientHeight - legend) });
        };
        const observer = new ResizeObserver(fit);
        observer.observe(element);
        return () => {
            observer.disconnect();
            plot.destroy();
        };
    }, [props.lines, props.isColumns, colours]);
    return <div class="line-chart" ref={host} role="img" aria-label={props.label} />;
}
