/* SPDX-License-Identifier: Apache-2.0 */
/* statement.ts -- the DEFINE and the STORE that a form stands for. */
import { quoteName } from "../language/quote";
import { fieldType } from "./field_type";

/* Types that may be chosen; an enum's labels and a decimal's digits are beside. */
export const CHOICES = [
    "string", "i64", "u64", "f64", "decimal", "bool", "datetime", "date", "uuid", "json", "enum",
] as const;
export type Choice = (typeof CHOICES)[number];

export interface NewField {
    name: string;
    choice: Choice;
    isOptional: boolean;
    /* An enum's labels, a line each. */
    labels: string;
    precision: string;
    scale: string;
}

export const emptyField = (): NewField => ({
    name: "", choice: "string", isOptional: false, labels: "", precision: "10", scale: "2",
});

/* What a form comes to: a statement, or what is wrong with each of its inputs. */
export interface Outcome {
    statement: string;
    wrong: Map<string, string>;
}

const NAME_BYTES = 63;
const TAKEN = new Set(["context_id", "event_type", "timestamp", "event_id"]);

function wrongName(name: string): string | null {
    if (name === "")
        return "It needs a name.";
    if (new TextEncoder().encode(name).length > NAME_BYTES)
        return `A name has at most ${NAME_BYTES} bytes.`;
    return null;
}

function wrongTypeName(name: string): string | null {
    if (name === "events" || name.startsWith("pg_") || name.startsWith("stele"))
        return "The names events, pg_… and stele… are taken.";
    return wrongName(name);
}

export const labelsOf = (field: NewField): string[] =>
    field.labels.split("\n").map((label) => label.trim()).filter((label) => label !== "");

function wrongField(field: NewField, before: NewField[]): string | null {
    if (TAKEN.has(field.name))
        return "Every event has this already.";
    if (before.some(({ name }) => name === field.name))
        return "Another field has this name.";
    return wrongName(field.name);
}

function wrongKind(field: NewField): string | null {
    if (field.choice === "enum" && labelsOf(field).length === 0)
        return "Name at least one value, a line each.";
    if (field.choice === "enum" && field.isOptional)
        return "A field with a list of values cannot be optional.";
    if (field.choice !== "decimal")
        return null;
    const precision = Number(field.precision), scale = Number(field.scale);
    return Number.isInteger(precision) && Number.isInteger(scale) && precision >= 1 &&
        precision <= 38 && scale >= 0 && scale <= precision
        ? null : "A decimal has 1 to 38 digits, and no more of them behind the point.";
}

function typeJson(field: NewField): string {
    if (field.choice === "enum")
        return `[${labelsOf(field).map((label) => JSON.stringify(label)).join(", ")}]`;
    const name = field.choice === "decimal"
        ? `decimal(${Number(field.precision)},${Number(field.scale)})` : field.choice;
    return JSON.stringify(field.isOptional ? `${name} | null` : name);
}

/* Keys of what is wrong: "name", "field 0", "kind 0". */
export function defineStatement(name: string, fields: NewField[]): Outcome {
    const wrong = new Map<string, string>();
    const note = (key: string, text: string | null): void => {
        if (text !== null)
            wrong.set(key, text);
    };
    note("name", wrongTypeName(name));
    fields.forEach((field, i) => {
        note(`field ${i}`, wrongField(field, fields.slice(0, i)));
        note(`kind ${i}`, wrongKind(field));
    });
    const lines = fields.map((field) => `  ${JSON.stringify(field.name)}: ${typeJson(field)}`);
    return { statement: `DEFINE ${quoteName(name)} FIELDS {\n${lines.join(",\n")}\n}`, wrong };
}

export interface KnownField {
    name: string;
    type: string;
    isOptional: boolean;
}

export interface NewEvent {
    context: string;
    /* Empty for the server's own. */
    time: string;
    /* By name; empty where there is none. */
    values: Record<string, string>;
}

/* Keys of what is wrong: "context", "time", and "field NAME". */
export function storeStatement(type: string, fields: KnownField[], event: NewEvent): Outcome {
    const wrong = new Map<string, string>();
    const parts: string[] = [];
    for (const field of fields) {
        const text = event.values[field.name] ?? "";
        if (text === "" && field.isOptional)
            continue;
        if (text === "" && field.type !== "string" && field.type !== "text") {
            wrong.set(`field ${field.name}`, "It must have a value.");
            continue;
        }
        const parsed = fieldType(field.type).parse(text);
        if ("wrong" in parsed)
            wrong.set(`field ${field.name}`, parsed.wrong);
        else
            parts.push(`${JSON.stringify(field.name)}: ${parsed.json}`);
    }
    if (event.context === "")
        wrong.set("context", "An event is about something: name it.");
    const time = event.time === "" ? null : fieldType("datetime").parse(event.time);
    if (time !== null && "wrong" in time)
        wrong.set("time", time.wrong);
    const at = event.time === "" ? "" : ` AT ${JSON.stringify(event.time)}`;
    return {
        statement: `STORE ${quoteName(type)} FOR ${quoteName(event.context)}${at}` +
            ` PAYLOAD {${parts.join(", ")}}`,
        wrong,
    };
}
