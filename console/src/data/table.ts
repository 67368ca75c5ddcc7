/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table.ts -- one result: columns that rows are appended to.
 *
 *	const table = new Table([{ name: "id", logicalType: "Integer" }]);
 *	appendRows(table, '[[1],[2]]', 0);
 *	table.columns[0].text(1)	"2"
 *
 * Rows never change once they are there, so whoever has seen `rowCount` may
 * read all rows below it while others come.
 */
import { BoolStore, DateStore, NumberStore, type Store, TextStore, TimeStore } from "./store";

/* Integer, Float, Boolean, Timestamp, Date, Enum, String; Unknown is JSON. */
export interface ColumnInfo {
    name: string;
    logicalType: string;
    /* The type as SQL names it, if the server says it. */
    sqlType?: string;
}

export type Kind = "int" | "float" | "bool" | "time" | "date" | "text" | "json";

/* What grids, charts and copies read. */
export interface Column {
    readonly name: string;
    readonly kind: Kind;
    /* What stands in the header: the type, and where times are. */
    readonly typeName: string;
    /* As it is shown; null is null. */
    text(row: number): string | null;
    /* Numbers, truth as 0 and 1, times in microseconds; else null. */
    number(row: number): number | null;
}

const KINDS: Record<string, Kind> = {
    Integer: "int", Float: "float", Boolean: "bool", Timestamp: "time",
    Date: "date", Unknown: "json",
};

const TYPE_NAMES: Record<Kind, string> = {
    int: "integer", float: "number", bool: "boolean", time: "time", date: "date",
    text: "text", json: "json",
};

function makeStore(kind: Kind): Store {
    switch (kind) {
    case "int":
    case "float":
        return new NumberStore();
    case "bool":
        return new BoolStore();
    case "time":
        return new TimeStore();
    case "date":
        return new DateStore();
    default:
        return new TextStore();
    }
}

export class StoredColumn implements Column {
    readonly name: string;
    readonly kind: Kind;
    readonly store: Store;
    private readonly info: ColumnInfo;

    constructor(info: ColumnInfo) {
        this.info = info;
        this.name = info.name;
        this.kind = KINDS[info.logicalType] ?? "text";
        this.store = makeStore(this.kind);
    }

    get typeName(): string {
        if (this.store instanceof TimeStore && this.store.isZoned)
            return "time, UTC";
        if (this.info.sqlType !== undefined)
            return this.info.sqlType;
        return this.info.logicalType === "Enum" ? "enum" : TYPE_NAMES[this.kind];
    }

    text(row: number): string | null {
        return this.store.text(row);
    }

    number(row: number): number | null {
        return this.store.number(row);
    }
}

export class Table {
    readonly columns: StoredColumn[];
    rowCount = 0;
    /* All rows have come. */
    isWhole = false;
    /* There are more rows, which were not taken: see run()'s maxRows. */
    isCut = false;

    constructor(infos: ColumnInfo[]) {
        this.columns = infos.map((info) => new StoredColumn(info));
    }

    get bytes(): number {
        return this.columns.reduce((sum, column) => sum + column.store.bytes, 0);
    }

    column(name: string): StoredColumn | undefined {
        return this.columns.find((column) => column.name === name);
    }

    /* One value by the name of its column; null also where there is no such column. */
    text(row: number, name: string): string | null {
        return this.column(name)?.text(row) ?? null;
    }

    number(row: number, name: string): number | null {
        return this.column(name)?.number(row) ?? null;
    }

    /* For small results: a row as an object of texts. */
    record(row: number): Record<string, string | null> {
        return Object.fromEntries(this.columns.map((column) => [column.name, column.text(row)]));
    }
}
