/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chart_model.ts -- which charts suit a result, and what they are made of.
 *
 *	a time (or number) and numbers	lines, columns; a text splits them
 *	a text and a number		bars
 *	one row of several numbers	steps: each beside the first and the one before
 *	the events of a sequence	steps: how long each took
 *
 * What was chosen is kept for results of the same columns, so that a chart
 * stays as it is when its statement is run again.
 */
import type { Column, Table } from "../data/table";

export type ChartKind = "lines" | "columns" | "bars" | "steps" | "sequence";

export interface ChartSettings {
    kind: ChartKind;
    x: string; /* a time or number, of bars the text */
    y: string[]; /* numbers */
    by: string; /* a text that splits lines; empty: none */
}

export interface ChartOffer {
    kinds: ChartKind[];
    settings: ChartSettings;
    xChoices: string[];
    yChoices: string[];
    byChoices: string[];
}

export const SERIES_MAX = 6;

const isNumber = (column: Column): boolean => column.kind === "int" || column.kind === "float";
const isTime = (column: Column): boolean => column.kind === "time" || column.kind === "date";
const isText = (column: Column): boolean => column.kind === "text" || column.kind === "bool";
/* Numbers that say which, and not how many. */
const isIdentity = (column: Column): boolean =>
    column.name === "version" || /(^|[._])id$/.test(column.name) && !/(count|unique|total|sum|avg|min|max)/.test(column.name);
const names = (columns: readonly Column[]): string[] => columns.map((column) => column.name);

export const signatureOf = (table: Table): string =>
    table.columns.map((column) => `${column.name}:${column.kind}`).join("\n");

/* How many steps a text that asks for a sequence has; 0 if it asks for none. */
export function stepCount(text: string): number {
    const links = text.match(/\b(followed|preceded)\s+by\b/gi)?.length ?? 0;
    return links === 0 ? 0 : links + 1;
}

function isSequence(table: Table, text: string): boolean {
    return stepCount(text) > 0 && /^\s*(query|find)\b/i.test(text) && table.column("event_type") !== undefined &&
        table.column("timestamp") !== undefined && table.column("event_id") !== undefined;
}

/* null: there is nothing to draw. */
export function offerChart(table: Table, text: string): ChartOffer | null {
    const numbers = table.columns.filter(isNumber), times = table.columns.filter(isTime);
    const texts = table.columns.filter(isText);
    const values = numbers.filter((column) => !isIdentity(column));
    const x = times.length > 0 ? times : values.slice(0, -1);
    const kinds: ChartKind[] = [];
    if (table.rowCount === 0)
        return null;
    if (isSequence(table, text))
        kinds.push("sequence");
    else if (table.rowCount === 1 && values.length >= 2)
        kinds.push("steps");
    if (table.rowCount > 1 && x.length > 0 && values.some((column) => column !== x[0]))
        kinds.push("lines", "columns");
    if (table.rowCount > 1 && texts.length > 0 && values.length > 0)
        kinds.push("bars");
    const [kind] = kinds;
    if (kind === undefined)
        return null;
    const xName = kind === "steps" ? "" : (kind === "bars" ? texts : x)[0]?.name ?? "";
    const y = values.filter((column) => column.name !== xName);
    const splits = kind === "lines" && texts.length === 1;
    return {
        kinds,
        settings: {
            kind, x: xName, y: names(splits ? y.slice(0, 1) : y.slice(0, SERIES_MAX)),
            by: splits ? texts[0]?.name ?? "" : "",
        },
        xChoices: names([...times, ...numbers, ...texts]),
        yChoices: names(numbers),
        byChoices: names(texts),
    };
}

/* The settings for another kind: what does not suit it is replaced. */
export function withKind(table: Table, settings: ChartSettings, kind: ChartKind): ChartSettings {
    const x = table.column(settings.x);
    const suits = x !== undefined && (kind === "bars" ? isText(x) : isTime(x) || isNumber(x));
    if (kind === "steps" || kind === "sequence" || suits)
        return { ...settings, kind };
    const next = table.columns.find(kind === "bars" ? isText : isTime) ?? table.columns.find(isNumber);
    return {
        ...settings, kind, x: next?.name ?? "", y: settings.y.filter((name) => name !== next?.name),
        by: kind === "bars" ? "" : settings.by,
    };
}

/* ---- lines ---- */

export interface Lines {
    isTime: boolean;
    /* Ascending; times in seconds. */
    x: number[];
    series: { name: string; colour: number; values: (number | null)[] }[];
    /* How many series there would have been more. */
    left: number;
}

function seriesNames(table: Table, settings: ChartSettings): { names: string[]; left: number } {
    const by = table.column(settings.by), y = table.column(settings.y[0] ?? "");
    if (by === undefined || y === undefined)
        return { names: settings.y.slice(0, SERIES_MAX), left: Math.max(0, settings.y.length - SERIES_MAX) };
    const sums = new Map<string, number>();
    for (let row = 0; row < table.rowCount; row++) {
        const name = by.text(row) ?? "null";
        sums.set(name, (sums.get(name) ?? 0) + Math.abs(y.number(row) ?? 0));
    }
    const sorted = [...sums].sort((a, b) => b[1] - a[1]).map(([name]) => name);
    return { names: sorted.slice(0, SERIES_MAX), left: Math.max(0, sorted.length - SERIES_MAX) };
}

/* One point for each x and series; where several rows meet, the last. */
export function linesOf(table: Table, settings: ChartSettings): Lines {
    const xColumn = table.column(settings.x), by = table.column(settings.by);
    const { names: series, left } = seriesNames(table, settings);
    const ofName = new Map(series.map((name, i) => [name, i]));
    const points = new Map<number, (number | null)[]>();
    const isTimed = xColumn !== undefined && isTime(xColumn);
    const columns = settings.y.map((name) => table.column(name));
    for (let row = 0; row < table.rowCount; row++) {
        const x = xColumn?.number(row);
        if (x === null || x === undefined || !Number.isFinite(x))
            continue;
        const at = isTimed ? x / 1e6 : x;
        let point = points.get(at);
        if (point === undefined)
            points.set(at, point = series.map(() => null));
        if (by === undefined) {
            for (let i = 0; i < point.length; i++)
                point[i] = columns[i]?.number(row) ?? null;
        } else {
            const i = ofName.get(by.text(row) ?? "null");
            if (i !== undefined)
                point[i] = columns[0]?.number(row) ?? null;
        }
    }
    const x = [...points.keys()].sort((a, b) => a - b);
    return {
        isTime: isTimed, x, left,
        series: series.map((name, i) => ({ name, colour: i % SERIES_MAX + 1, values: x.map((at) => points.get(at)?.[i] ?? null) })),
    };
}

/* ---- bars and steps ---- */

export interface Bar {
    name: string;
    value: number;
    text: string; /* the value as the server wrote it */
    notes: string[];
}

export const BARS_MAX = 100;

export function barsOf(table: Table, settings: ChartSettings): Bar[] {
    const x = table.column(settings.x), y = table.column(settings.y[0] ?? "");
    const bars: Bar[] = [];
    for (let row = 0; row < Math.min(table.rowCount, BARS_MAX); row++) {
        const value = y?.number(row);
        bars.push({
            name: x?.text(row) ?? "null", value: value !== null && value !== undefined && Number.isFinite(value) ? value : 0,
            text: y?.text(row) ?? "null", notes: [],
        });
    }
    return bars;
}

const percent = (part: number, whole: number): string =>
    whole === 0 ? "–" : `${(100 * part / whole).toFixed(part === whole ? 0 : 1)} %`;

/* The numbers of one row, in the order of their columns. */
export function stepsOf(table: Table, settings: ChartSettings): Bar[] {
    const columns = settings.y.map((name) => table.column(name)).filter((column) => column !== undefined);
    const first = columns[0]?.number(0) ?? 0;
    return columns.map((column, i) => {
        const value = column.number(0) ?? 0;
        const before = columns[i - 1]?.number(0) ?? 0;
        return {
            name: column.name, value, text: column.text(0) ?? "null",
            notes: i === 0 ? [] : [`${percent(value, first)} of the first`, `${percent(value, before)} of the one before`],
        };
    });
}

export interface SequenceStep {
    name: string; /* from → to */
    count: number;
    medianMs: number;
    slowMs: number; /* 90 of 100 were no slower */
}

/*
 * The rows are the steps of matches, one match after the other, so every
 * `steps` rows are one.  A match of whose rows some did not come is left out.
 */
export function sequenceOf(table: Table, steps: number): SequenceStep[] {
    const type = table.column("event_type"), time = table.column("timestamp");
    const result: SequenceStep[] = [];
    if (type === undefined || time === undefined)
        return result;
    const matches = Math.floor(table.rowCount / steps);
    for (let step = 1; step < steps; step++) {
        const took: number[] = [];
        for (let match = 0; match < matches; match++) {
            const from = time.number(match * steps + step - 1), to = time.number(match * steps + step);
            if (from !== null && to !== null)
                took.push(Math.abs(to - from) / 1e3);
        }
        took.sort((a, b) => a - b);
        const at = (share: number): number => took[Math.min(took.length - 1, Math.floor(share * took.length))] ?? 0;
        result.push({
            name: `${type.text(step - 1) ?? ""} → ${type.text(step) ?? ""}`, count: took.length,
            medianMs: at(0.5), slowMs: at(0.9),
        });
    }
    return result;
}
