/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.ts -- JSON none of whose numbers loses a digit: 20.00 stays 20.00, and an
 * integer of 64 bits is not rounded.
 */

/* A number as it was written. */
export class JsonNumber {
    constructor(readonly text: string) {}

    toString(): string {
        return this.text;
    }

    toJSON(): unknown {
        const raw = (JSON as { rawJSON?: (text: string) => unknown }).rawJSON;
        return raw ? raw(this.text) : Number(this.text);
    }
}

export type Json = null | boolean | string | JsonNumber | Json[] | JsonObject;
export interface JsonObject {
    [key: string]: Json;
}

/* What a reviver is told of a primitive, by browsers since 2024. */
interface Source {
    source?: string;
}

function keepNumber(_key: string, value: unknown, context?: Source): unknown {
    return typeof value === "number"
        ? new JsonNumber(context?.source ?? String(value))
        : value;
}

export function parseJson(text: string): Json {
    return JSON.parse(text, keepNumber) as Json;
}

export function isNested(value: Json): value is Json[] | JsonObject {
    return (
        typeof value === "object" && value !== null && !(value instanceof JsonNumber)
    );
}

/* One line; a string without its quotes. */
export function plainText(value: Json): string {
    if (typeof value === "string") return value;
    if (value === null) return "null";
    return isNested(value) ? JSON.stringify(value) : String(value);
}

export function isSame(one: Json | undefined, other: Json | undefined): boolean {
    return JSON.stringify(one) === JSON.stringify(other);
}
