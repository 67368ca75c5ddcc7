/* SPDX-License-Identifier: Apache-2.0 */
/* copy.ts -- cells as text: tabs, Markdown, JSON, CSV, a JSON object a line. */
import type { Column } from "../data/table";

export interface Cells {
    columns: readonly Column[];
    /* Row numbers of the columns, in order. */
    rowCount: number;
    rowAt(i: number): number;
}

export type CopyFormat = "tsv" | "markdown" | "json";

const tabbed = (text: string | null): string =>
    text === null ? "" : /[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/* As spreadsheets take it; a single cell is its text alone. */
export function toTsv(cells: Cells): string {
    if (cells.rowCount === 1 && cells.columns.length === 1)
        return cells.columns[0]?.text(cells.rowAt(0)) ?? "";
    const lines = [cells.columns.map((column) => tabbed(column.name)).join("\t")];
    for (let i = 0; i < cells.rowCount; i++)
        lines.push(cells.columns.map((column) => tabbed(column.text(cells.rowAt(i)))).join("\t"));
    return lines.join("\n");
}

const marked = (text: string | null): string =>
    (text ?? "").replaceAll("\\", "\\\\").replaceAll("|", "\\|").replace(/\r?\n/g, " ");

export function toMarkdown(cells: Cells): string {
    const line = (texts: string[]): string => `| ${texts.join(" | ")} |`;
    const lines = [
        line(cells.columns.map((column) => marked(column.name))),
        line(cells.columns.map((column) => isRight(column) ? "---:" : "---")),
    ];
    for (let i = 0; i < cells.rowCount; i++)
        lines.push(line(cells.columns.map((column) => marked(column.text(cells.rowAt(i))))));
    return lines.join("\n");
}

export const isRight = (column: Column): boolean => column.kind === "int" || column.kind === "float";

/* A JSON number as it is written; NaN and the infinities are none. */
const isJsonNumber = (text: string): boolean => /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text);

/* A cell as JSON, with all its digits. */
export function jsonValue(column: Column, row: number): string {
    const text = column.text(row);
    if (text === null)
        return "null";
    if (column.kind === "json" || column.kind === "bool" || (isRight(column) && isJsonNumber(text)))
        return text;
    return JSON.stringify(text);
}

export function jsonRow(columns: readonly Column[], row: number): string {
    return `{${columns.map((column) => `${JSON.stringify(column.name)}:${jsonValue(column, row)}`).join(",")}}`;
}

export function toJson(cells: Cells): string {
    const rows: string[] = [];
    for (let i = 0; i < cells.rowCount; i++)
        rows.push(jsonRow(cells.columns, cells.rowAt(i)));
    return `[${rows.join(",\n ")}]`;
}

/* RFC 4180; null is empty, the empty string is "". */
export function csvRow(texts: readonly (string | null)[]): string {
    return `${texts.map((text) => text === null ? "" :
        text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text).join(",")}\r\n`;
}

export function copyText(format: CopyFormat, cells: Cells): string {
    return format === "tsv" ? toTsv(cells) : format === "markdown" ? toMarkdown(cells) : toJson(cells);
}
