/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sort.ts -- the order of rows by a column: numbers by value, text by code
 * units, nulls last, equal ones as they came.
 */
import type { Column } from "../data/table";

export type Direction = "ascending" | "descending";

/* Row numbers in their order. */
export function sortRows(column: Column, rowCount: number, direction: Direction): Uint32Array {
    const keys = column.kind === "text" || column.kind === "json" ?
        textKeys(column, rowCount) : numberKeys(column, rowCount);
    const rows = new Uint32Array(rowCount);
    for (let i = 0; i < rowCount; i++)
        rows[i] = i;
    const sign = direction === "ascending" ? 1 : -1;
    const mayTie = column.kind === "int";
    return rows.sort((a, b) => {
        const x = keys[a] as number, y = keys[b] as number;
        if (x !== y) {
            if (Number.isNaN(x) || Number.isNaN(y))
                return Number.isNaN(x) ? (Number.isNaN(y) ? a - b : 1) : -1;
            return x < y ? -sign : sign;
        }
        return (mayTie && Math.abs(x) > Number.MAX_SAFE_INTEGER ? sign * compareLarge(column, a, b) : 0) || a - b;
    });
}

/* Integers that are the same double. */
function compareLarge(column: Column, a: number, b: number): number {
    const x = BigInt(column.text(a) ?? 0), y = BigInt(column.text(b) ?? 0);
    return x < y ? -1 : x > y ? 1 : 0;
}

function numberKeys(column: Column, rowCount: number): Float64Array {
    const keys = new Float64Array(rowCount);
    for (let i = 0; i < rowCount; i++)
        keys[i] = column.number(i) ?? NaN;
    return keys;
}

/* The rank of each text among the different ones. */
function textKeys(column: Column, rowCount: number): Float64Array {
    const ranks = new Map<string, number>();
    for (let i = 0; i < rowCount; i++) {
        const text = column.text(i);
        if (text !== null)
            ranks.set(text, 0);
    }
    [...ranks.keys()].sort((a, b) => a < b ? -1 : a > b ? 1 : 0).forEach((text, rank) => ranks.set(text, rank));
    const keys = new Float64Array(rowCount);
    for (let i = 0; i < rowCount; i++) {
        const text = column.text(i);
        keys[i] = text === null ? NaN : ranks.get(text) ?? NaN;
    }
    return keys;
}
