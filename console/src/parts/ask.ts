/* SPDX-License-Identifier: Apache-2.0 */
/* ask.ts -- short questions whose answers are texts, and lines of other doors. */
import { run, send } from "../api";
import type { Table } from "../data/table";

export type Texts = Record<string, string | null>;

/* The results of a text, which is read-only. */
export async function askAll(text: string, signal: AbortSignal): Promise<Table[]> {
    return (await run(text, { signal })).tables;
}

/* The rows of a small result; none of what has no rows. */
export function records(table: Table | undefined): Texts[] {
    return table === undefined ? [] :
        Array.from({ length: table.rowCount }, (_, row) => table.record(row));
}

/* The rows of the last result of a text. */
export async function askRecords(text: string, signal: AbortSignal): Promise<Texts[]> {
    const tables = await askAll(text, signal);
    return records(tables[tables.length - 1]);
}

/* A statement that may store or define; what the server says when it is done. */
export async function change(text: string, signal: AbortSignal): Promise<string> {
    const { messages } = await run(text, { signal, readOnly: false });
    return messages.join("\n") || "Done.";
}

/* The lines of an answer, as they come. */
export async function* lines(path: string, init: RequestInit): AsyncGenerator<string> {
    const response = await send(path, init);
    const reader = response.body?.getReader();
    const decoder = new TextDecoder();
    let rest = "";
    for (let isDone = reader === undefined; !isDone;) {
        const part = await reader?.read();
        isDone = part?.done ?? true;
        const found = (rest + decoder.decode(part?.value, { stream: !isDone })).split("\n");
        rest = found.pop() ?? "";
        yield* found;
    }
    if (rest !== "")
        yield rest;
}
