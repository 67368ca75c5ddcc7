/* SPDX-License-Identifier: Apache-2.0 */
/*
 * download.ts -- rows into a file: those that are here, or all, streamed anew
 * from the server.  Where the browser can write to a file that the user names
 * (Chromium), nothing is held in memory; elsewhere all of it is, until it is saved.
 */
import { commandPath, send } from "../api";
import { csvRow, jsonRow } from "./copy";
import type { Table } from "../data/table";

export type FileFormat = "csv" | "ndjson";

const MEDIA: Record<FileFormat, string> = { csv: "text/csv", ndjson: "application/x-ndjson" };
const ROWS_A_PART = 10_000;

/* What TypeScript's DOM does not know yet. */
interface FileWindow {
    showSaveFilePicker?: (options: object) => Promise<{ createWritable(): Promise<WritableStream<Uint8Array>> }>;
}

export function tableParts(table: Table, format: FileFormat): string[] {
    const { columns } = table;
    const parts = format === "csv" ? [csvRow(columns.map((column) => column.name))] : [];
    for (let begin = 0; begin < table.rowCount; begin += ROWS_A_PART) {
        let part = "";
        for (let row = begin; row < Math.min(begin + ROWS_A_PART, table.rowCount); row++)
            part += format === "csv" ? csvRow(columns.map((column) => column.text(row))) : `${jsonRow(columns, row)}\n`;
        parts.push(part);
    }
    return parts;
}

export function saveTable(table: Table, format: FileFormat): void {
    saveBlob(new Blob(tableParts(table, format), { type: MEDIA[format] }), `rows.${format}`);
}

/* Ask again and write as it comes; false if the user chose no file. */
export async function saveAll(text: string, format: FileFormat, signal: AbortSignal): Promise<boolean> {
    const picker = (window as FileWindow).showSaveFilePicker;
    let target: WritableStream<Uint8Array> | null = null;
    if (picker !== undefined) {
        try {
            const handle = await picker({ suggestedName: `rows.${format}`,
                types: [{ accept: { [MEDIA[format]]: [`.${format}`] } }] });
            target = await handle.createWritable();
        } catch (cause) {
            if (cause instanceof DOMException && cause.name === "AbortError")
                return false;
            throw cause;
        }
    }
    const response = await send(commandPath(format, true), { method: "POST", body: text, signal,
        headers: { "Content-Type": "text/plain; charset=utf-8" } });
    if (target !== null && response.body !== null)
        await response.body.pipeTo(target, { signal });
    else
        saveBlob(await response.blob(), `rows.${format}`);
    return true;
}

function saveBlob(blob: Blob, name: string): void {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
