/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frames.ts -- the lines of an answer, as doc/http.md has them:
 *
 *	{"type":"schema","columns":[{"name":"id","logical_type":"Integer"}]}
 *	{"type":"batch","rows":[[1],[2]]}
 *	{"type":"end","row_count":2}
 *
 * A text of several statements is answered by several such results.  What has
 * no rows is answered by an object without a type, {"count":..., "results":[...]}.
 */
import { appendRows, MalformedError } from "./rows";
import { type ColumnInfo, Table } from "./table";

const BATCH = '{"type":"batch","rows":';

export interface FrameListener {
    begin(table: Table): void;
    rows(table: Table): void;
    end(table: Table, frame: Record<string, unknown>): void;
    /* A line that belongs to no result. */
    other(object: Record<string, unknown>): void;
}

export class FrameReader {
    private readonly listener: FrameListener;
    private table: Table | null = null;
    private rest = "";

    constructor(listener: FrameListener) {
        this.listener = listener;
    }

    /* Some bytes' text, cut anywhere. */
    feed(text: string): void {
        let begin = 0;
        for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", begin)) {
            const line = this.rest + text.slice(begin, end);
            this.rest = "";
            begin = end + 1;
            this.line(line);
        }
        this.rest += text.slice(begin);
    }

    /* The text has ended: whether every result has. */
    finish(): boolean {
        const line = this.rest;
        this.rest = "";
        if (line.trim() !== "")
            this.line(line);
        return this.table === null;
    }

    private line(line: string): void {
        if (line.startsWith(BATCH)) {
            if (this.table === null)
                throw new MalformedError("rows came before their columns");
            appendRows(this.table, line, BATCH.length);
            this.listener.rows(this.table);
        } else if (line.trim() !== "") {
            this.frame(JSON.parse(line) as Record<string, unknown>);
        }
    }

    private frame(frame: Record<string, unknown>): void {
        if (frame.type === "schema") {
            this.table = new Table((frame.columns as Record<string, string>[]).map(columnInfo));
            this.listener.begin(this.table);
        } else if (frame.type === "end" && this.table !== null) {
            const table = this.table;
            this.table = null;
            table.isWhole = true;
            this.listener.end(table, frame);
        } else {
            this.listener.other(frame);
        }
    }
}

function columnInfo(column: Record<string, string>): ColumnInfo {
    const info: ColumnInfo = { name: column.name ?? "", logicalType: column.logical_type ?? "" };
    if (column.type !== undefined)
        info.sqlType = column.type;
    return info;
}
