/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalogue.ts -- the event types and their fields, as the server has them.
 *
 * Asked for when it is first needed, and again after a statement that may have
 * changed it.  Without it there is no completion of names, and nothing worse.
 */
import { signal } from "@preact/signals";
import { ask } from "./api";

export interface Field {
    name: string;
    type: string;
}

export interface EventType {
    name: string;
    schema: string;
    fields: Field[];
}

export interface Catalogue {
    /* Event types, and what else is in the schema public. */
    types: EventType[];
    /* Relations of other schemas, such as stele.wal. */
    others: EventType[];
}

export const catalogue = signal<Catalogue>({ types: [], others: [] });

const COLUMNS = `SELECT table_schema, table_name, column_name, data_type
FROM information_schema.columns
WHERE table_schema IN ('public', 'stele')
ORDER BY table_schema, table_name, ordinal_position`;

let loading: Promise<void> | null = null;
let isLoaded = false;

export function loadCatalogue(): Promise<void> {
    if (isLoaded)
        return Promise.resolve();
    loading ??= load().finally(() => {
        loading = null;
    });
    return loading;
}

/* Something was defined, or somebody else has signed in. */
export function forgetCatalogue(): void {
    isLoaded = false;
}

async function load(): Promise<void> {
    try {
        const table = await ask(COLUMNS);
        const relations = new Map<string, EventType>();
        for (let row = 0; row < table.rowCount; row++) {
            const schema = table.text(row, "table_schema") ?? "";
            const name = table.text(row, "table_name") ?? "";
            const key = `${schema}.${name}`;
            let relation = relations.get(key);
            if (relation === undefined)
                relations.set(key, relation = { name, schema, fields: [] });
            relation.fields.push({
                name: table.text(row, "column_name") ?? "",
                type: table.text(row, "data_type") ?? "",
            });
        }
        const all = [...relations.values()];
        catalogue.value = {
            types: all.filter((relation) => relation.schema === "public"),
            others: all.filter((relation) => relation.schema !== "public"),
        };
        isLoaded = true;
    } catch {
        /* whoever asks next tries again */
    }
}
