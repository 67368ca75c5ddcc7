/* SPDX-License-Identifier: Apache-2.0 */
/*
 * field_type.ts -- the types of fields, as DESCRIBE names them, and what may be
 * typed in for each.
 *
 * What parse() gives is JSON as it stands in a payload: digits are the user's own.
 */

export type Input = "text" | "long" | "choice";

export interface FieldType {
    input: Input;
    /* What to type, by example. */
    hint: string;
    /* For a choice. */
    labels: string[];
    /* JSON, or what is wrong with the text. */
    parse(text: string): { json: string } | { wrong: string };
}

const INTEGER = /^-?(0|[1-9]\d*)$/;
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const DECIMAL = /^-?(0|[1-9]\d*)(\.\d+)?$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DAY = /^\d{4}-\d\d-\d\d$/;
const MOMENT = /^(\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?( ?(Z|[+-]\d\d(:?\d\d)?))?)?|\d{1,19})$/;

function plain(hint: string, parse: FieldType["parse"], input: Input = "text"): FieldType {
    return { input, hint, labels: [], parse };
}

function integer(least: bigint, greatest: bigint): FieldType {
    return plain("42", (text) => {
        if (!INTEGER.test(text))
            return { wrong: "This is not a whole number, as 42." };
        const value = BigInt(text);
        return value < least || value > greatest
            ? { wrong: `It must be from ${least} to ${greatest}.` }
            : { json: String(value) };
    });
}

function decimal(precision?: number, scale = 0): FieldType {
    const hint = precision === undefined ? "19.90" : (0).toFixed(scale).replace(/^0/, "19");
    return plain(hint, (text) => {
        if (!DECIMAL.test(text))
            return { wrong: `This is not a number, as ${hint}.` };
        const [whole = "", fraction = ""] = text.replace("-", "").split(".");
        if (precision !== undefined && whole.replace(/^0+/, "").length > precision - scale)
            return { wrong: `There is room for ${precision - scale} digits before the point.` };
        if (precision !== undefined && fraction.length > scale)
            return { wrong: `There is room for ${scale} digits behind the point.` };
        return { json: text };
    });
}

function matching(pattern: RegExp, hint: string, what: string): FieldType {
    return plain(hint, (text) =>
        pattern.test(text) ? { json: JSON.stringify(text) } : { wrong: `This is not ${what}, as ${hint}.` });
}

function choice(labels: string[], toJson: (label: string) => string): FieldType {
    return {
        input: "choice", hint: "", labels,
        parse: (text) => labels.includes(text)
            ? { json: toJson(text) } : { wrong: "Choose one of them." },
    };
}

function anyJson(text: string): { json: string } | { wrong: string } {
    try {
        JSON.parse(text);
        return { json: text.trim() };
    } catch (error) {
        return { wrong: `This is not JSON: ${(error as Error).message}` };
    }
}

const string = plain("any text", (text) => ({ json: JSON.stringify(text) }));
const float = matching(NUMBER, "1.5", "a number");

const TYPES: Record<string, FieldType> = {
    string,
    text: string,
    i64: integer(-(2n ** 63n), 2n ** 63n - 1n),
    bigint: integer(-(2n ** 63n), 2n ** 63n - 1n),
    integer: integer(-(2n ** 31n), 2n ** 31n - 1n),
    smallint: integer(-(2n ** 15n), 2n ** 15n - 1n),
    u64: integer(0n, 2n ** 64n - 1n),
    f64: { ...float, parse: asNumber },
    real: { ...float, parse: asNumber },
    "double precision": { ...float, parse: asNumber },
    bool: choice(["true", "false"], (label) => label),
    boolean: choice(["true", "false"], (label) => label),
    datetime: matching(MOMENT, "2026-01-31T10:11:12Z", "a time"),
    date: matching(DAY, "2026-01-31", "a day"),
    uuid: matching(UUID, "01234567-89ab-cdef-0123-456789abcdef", "a UUID"),
    json: plain('{"any": "JSON"}', anyJson, "long"),
};

function asNumber(text: string): { json: string } | { wrong: string } {
    return NUMBER.test(text) ? { json: text } : { wrong: "This is not a number, as 1.5." };
}

/* The labels of an enum, which DESCRIBE writes as a list of JSON; null for others. */
export function enumLabels(name: string): string[] | null {
    if (!name.startsWith("["))
        return null;
    try {
        return (JSON.parse(name) as unknown[]).map(String);
    } catch {
        return null;
    }
}

/* What is not known by its name is a text, which the server looks at. */
export function fieldType(name: string): FieldType {
    const labels = enumLabels(name);
    if (labels !== null)
        return choice(labels, (label) => JSON.stringify(label));
    const scaled = /^(?:decimal|numeric)(?:\((\d+),(-?\d+)\))?$/.exec(name);
    if (scaled !== null)
        return scaled[1] === undefined
            ? decimal() : decimal(Number(scaled[1]), Number(scaled[2]));
    return TYPES[name] ?? string;
}
