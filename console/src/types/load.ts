/* SPDX-License-Identifier: Apache-2.0 */
/* load.ts -- what there is to know about event types, without reading events. */
import { askAll, askRecords, records } from "../parts/ask";
import { quoteSql, quoteText } from "../language/quote";
import { utcMs } from "../parts/times";
import type { KnownField } from "./statement";

export interface TypeRow {
    name: string;
    version: number;
    fields: number;
    events: number;
    /* Milliseconds since 1970; -Infinity: there are no events. */
    first: number;
    last: number;
    /* Of segments. */
    bytes: number;
    zones: number;
    retain: string;
}

const timeOf = (text: string | null | undefined): number => text ? utcMs(text) : -Infinity;

export async function loadTypes(signal: AbortSignal): Promise<TypeRow[]> {
    const rows = await askRecords(`SELECT event_type, version, fields, events, first_timestamp, last_timestamp,
bytes, zones, retain FROM stele.event_types ORDER BY event_type`, signal);
    return rows.map((row) => ({
        name: row.event_type ?? "",
        version: Number(row.version),
        fields: Number(row.fields),
        events: Number(row.events),
        first: timeOf(row.first_timestamp),
        last: timeOf(row.last_timestamp),
        bytes: Number(row.bytes),
        zones: Number(row.zones),
        retain: row.retain ?? "",
    }));
}

/* Whether the user may define types. */
export async function mayDefine(signal: AbortSignal): Promise<boolean> {
    const [row] = await askRecords("SELECT has_schema_privilege('public', 'CREATE') AS may", signal);
    return row?.may === "true";
}

export interface DescribedField extends KnownField {
    default: string;
    version: number;
}

export interface Right {
    user: string;
    read: boolean;
    write: boolean;
}

export interface Details {
    fields: DescribedField[];
    mayStore: boolean;
    /* Null: the user may not see those of others. */
    rights: Right[] | null;
}

async function loadRights(name: string, signal: AbortSignal): Promise<Right[] | null> {
    try {
        const rows = await askRecords(`SELECT user_name, read, write FROM stele.permissions
WHERE event_type = ${quoteText(name)} ORDER BY user_name`, signal);
        return rows.map((row) => ({
            user: row.user_name ?? "", read: row.read === "true", write: row.write === "true",
        }));
    } catch (error) {
        if (signal.aborted)
            throw error;
        return null;
    }
}

export async function loadDetails(name: string, signal: AbortSignal): Promise<Details> {
    const [fields, may] = await askAll(`DESCRIBE ${JSON.stringify(name)};
SELECT has_table_privilege(${quoteText(quoteSql(name))}, 'INSERT') AS may`, signal);
    return {
        fields: records(fields).map((row) => ({
            name: row.field ?? "", type: row.type ?? "", isOptional: row.optional === "true",
            default: row.default ?? "", version: Number(row.version),
        })),
        mayStore: may?.text(0, "may") === "true",
        rights: await loadRights(name, signal),
    };
}

export const lastEvents = (name: string): string =>
    `SET statement_timeout = '10s'; SELECT * FROM ${quoteSql(name)} ORDER BY event_id DESC LIMIT 20`;
