/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unfold.ts -- columns of what a JSON column holds: one for each key that its
 * first rows have.  A cell is parsed when it is read; the last ones are kept.
 */
import type { Column, Kind } from "../data/table";

const ROWS_LOOKED_AT = 500;
const KEYS_MAX = 100;
const KEPT_MAX = 2000;

type Parsed = Record<string, unknown> | null;

class Parser {
    private readonly column: Column;
    private kept = new Map<number, Parsed>();

    constructor(column: Column) {
        this.column = column;
    }

    row(row: number): Parsed {
        const known = this.kept.get(row);
        if (known !== undefined)
            return known;
        if (this.kept.size >= KEPT_MAX)
            this.kept.clear();
        const value = parseObject(this.column.text(row));
        this.kept.set(row, value);
        return value;
    }
}

function parseObject(text: string | null): Parsed {
    if (text === null || !text.startsWith("{"))
        return null;
    try {
        return JSON.parse(keepDigits(text)) as Parsed;
    } catch {
        return null;
    }
}

/*
 * Numbers become strings behind a mark, so that a double does not change
 * them: 19.90 stays 19.90.
 */
const MARK = "\u0000n";

function keepDigits(text: string): string {
    return text.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g,
        (token) => token.startsWith('"') ? token : `"\\u0000n${token}"`);
}

const unmark = (text: string): string => text.replace(/"\\u0000n([^"]*)"/g, "$1");

class UnfoldedColumn implements Column {
    readonly name: string;
    readonly kind: Kind;
    private readonly key: string;
    private readonly parser: Parser;

    constructor(base: Column, key: string, kind: Kind, parser: Parser) {
        this.name = `${base.name}.${key}`;
        this.key = key;
        this.kind = kind;
        this.parser = parser;
    }

    get typeName(): string {
        return this.kind === "float" ? "number" : this.kind === "bool" ? "boolean" : this.kind;
    }

    text(row: number): string | null {
        const value = this.parser.row(row)?.[this.key];
        if (value === undefined || value === null)
            return null;
        if (typeof value === "string")
            return value.startsWith(MARK) ? value.slice(MARK.length) : value;
        return typeof value === "object" ? unmark(JSON.stringify(value)) : String(value);
    }

    number(row: number): number | null {
        if (this.kind !== "float" && this.kind !== "bool")
            return null;
        const text = this.text(row);
        if (text === null)
            return null;
        return this.kind === "bool" ? Number(text === "true") : Number(text);
    }
}

function kindOf(value: unknown): Kind {
    if (typeof value === "string")
        return value.startsWith(MARK) ? "float" : "text";
    return typeof value === "boolean" ? "bool" : typeof value === "object" ? "json" : "text";
}

/* One column a key, in the order in which they are met; none if no row is an object. */
export function unfold(column: Column, rowCount: number): Column[] {
    const parser = new Parser(column);
    const kinds = new Map<string, Kind | null>();
    for (let row = 0; row < Math.min(rowCount, ROWS_LOOKED_AT); row++) {
        for (const [key, value] of Object.entries(parser.row(row) ?? {})) {
            const kind = value === null ? null : kindOf(value);
            const known = kinds.get(key);
            if (known === undefined && kinds.size >= KEYS_MAX)
                continue;
            if (known === undefined || known === null)
                kinds.set(key, kind);
            else if (kind !== null && kind !== known)
                kinds.set(key, "text");
        }
    }
    return [...kinds].map(([key, kind]) => new UnfoldedColumn(column, key, kind ?? "text", parser));
}
