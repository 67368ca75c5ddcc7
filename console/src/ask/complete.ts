/* SPDX-License-Identifier: Apache-2.0 */
/* complete.ts -- what may stand at the cursor of a native statement, and functions of SQL. */
import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import type { SQLNamespace } from "@codemirror/lang-sql";
import { catalogue, type EventType } from "../catalogue";
import { statementAt } from "../language/statements";
import { NATIVE_KEYWORDS, NATIVE_TYPES, SQL_FUNCTIONS } from "../language/words";

const CORE = ["context_id", "event_type", "timestamp", "event_id"];

const keywords: Completion[] = NATIVE_KEYWORDS.map((word) => ({ label: word, type: "keyword" }));
const typeNames: Completion[] = NATIVE_TYPES.map((word) => ({ label: word, type: "type" }));
const functions: Completion[] = SQL_FUNCTIONS.map((name) => ({
    label: name, type: "function", apply: name === "now" ? "now()" : name,
}));

/* The event types that a statement names. */
export function typesIn(text: string, types: readonly EventType[]): EventType[] {
    const words = new Set(text.match(/[A-Za-z_][\w-]*/g) ?? []);
    return types.filter((type) => words.has(type.name));
}

/* The fields of the event types that the statement at the cursor names. */
function fieldsAt(context: CompletionContext): Completion[] {
    const statement = statementAt(context.state.doc.toString(), context.pos);
    const { types, others } = catalogue.value;
    const fields = new Map(CORE.map((name) => [name, ""]));
    for (const type of typesIn(statement?.text ?? "", types.concat(others)))
        for (const field of type.fields)
            fields.set(field.name, field.type);
    return [...fields].map(([label, detail]) => ({ label, detail, type: "property", boost: 2 }));
}

export function completeNative(context: CompletionContext): CompletionResult | null {
    const word = context.matchBefore(/[\w-]*/);
    if (word === null || (word.from === word.to && !context.explicit))
        return null;
    const statement = statementAt(context.state.doc.toString(), context.pos);
    const { types } = catalogue.value;
    return {
        from: word.from,
        options: [
            ...fieldsAt(context),
            ...types.map((type) => ({ label: type.name, type: "class", detail: `${type.fields.length} columns`, boost: 1 })),
            ...keywords,
            ...(/^\s*define\b/i.test(statement?.text ?? "") ? typeNames : []),
        ],
        validFor: /^[\w-]*$/,
    };
}

/* Fields and functions; relations, and what is behind a point, CodeMirror's SQL knows. */
export function completeSql(context: CompletionContext): CompletionResult | null {
    const word = context.matchBefore(/[\w.]+/);
    if (word === null || word.text.includes("."))
        return null;
    return { from: word.from, options: fieldsAt(context).concat(functions), validFor: /^\w*$/ };
}

/* The catalogue as CodeMirror's SQL wants it. */
export function sqlSchema(): SQLNamespace {
    const schema: Record<string, SQLNamespace> = {};
    const stele: Record<string, SQLNamespace> = {};
    const columns = (type: EventType): Completion[] =>
        type.fields.map((field) => ({ label: field.name, detail: field.type, type: "property" }));
    for (const type of catalogue.value.types)
        schema[type.name] = columns(type);
    for (const relation of catalogue.value.others)
        stele[relation.name] = columns(relation);
    schema.stele = stele;
    return schema;
}
