/* SPDX-License-Identifier: Apache-2.0 */
/* load.ts -- where stories come from. */
import { commandPath, errorOf } from "../api";
import { askRecords, lines, type Texts } from "../parts/ask";
import { type JsonObject, parseJson } from "../parts/json";
import { quoteText } from "../language/quote";
import { utcMs } from "../parts/times";
import type { StoryEvent } from "./story";

interface Line {
    event_type: string;
    timestamp: string;
    event_id: { text: string };
    payload: JsonObject;
}

function eventOf(text: string): StoryEvent {
    const line = parseJson(text) as unknown as Line;
    return {
        id: Number(line.event_id.text),
        type: line.event_type,
        time: line.timestamp,
        ms: utcMs(line.timestamp),
        payload: line.payload,
    };
}

/* The first so many events of a context. */
export async function loadStory(
    context: string,
    limit: number,
    signal: AbortSignal,
): Promise<StoryEvent[]> {
    const path = `/v1/contexts/${encodeURIComponent(context)}/events`;
    const events: StoryEvent[] = [];
    for await (const line of lines(`${path}?format=ndjson&limit=${limit}`, { signal }))
        events.push(eventOf(line));
    return events;
}

/* What has come after an event. */
export async function loadAfter(
    context: string,
    id: number,
    limit: number,
    signal: AbortSignal,
): Promise<StoryEvent[]> {
    const question = `SELECT event_type, timestamp, event_id, payload FROM events
WHERE context_id = ${quoteText(context)} AND event_id > ${id} ORDER BY event_id LIMIT ${limit}`;
    const events: StoryEvent[] = [];
    for await (const line of lines(commandPath("ndjson", true), {
        method: "POST", body: question, signal,
    }))
        events.push(eventOf(line));
    return events;
}

/* Contexts whose names begin like this; some of them, in their order. */
export async function contextsLike(
    start: string,
    limit: number,
    signal: AbortSignal,
): Promise<string[]> {
    const pattern = start.replace(/[\\%_]/g, "\\$&");
    const rows = await askRecords(`SET statement_timeout = '3s';
SELECT DISTINCT context_id FROM events
WHERE context_id LIKE ${quoteText(`${pattern}%`)} LIMIT ${limit}`, signal);
    return rows.map((row) => row.context_id ?? "").sort();
}

export interface Recent {
    context: string;
    type: string;
    time: string;
    ms: number;
}

const RECENT = 25;
const INSUFFICIENT_PRIVILEGE = "42501";

/*
 * From a position near the end, which costs no more than its rows; who may not
 * know the position looks at all events, for a while.
 */
async function lastEvents(signal: AbortSignal): Promise<Texts[]> {
    const columns = "SELECT context_id, event_type, timestamp FROM events";
    try {
        return await askRecords(`${columns}
WHERE event_id > (SELECT visible_event_id FROM stele.wal) - 1000 ORDER BY event_id DESC`, signal);
    } catch (cause) {
        if (errorOf(cause).sqlstate !== INSUFFICIENT_PRIVILEGE)
            throw cause;
        return askRecords(`SET statement_timeout = '5s';
${columns} ORDER BY event_id DESC LIMIT 200`, signal);
    }
}

/* The contexts of the events that came last, each once. */
export async function recentContexts(signal: AbortSignal): Promise<Recent[]> {
    const rows = await lastEvents(signal);
    const recent = new Map<string, Recent>();
    for (const row of rows) {
        const context = row.context_id ?? "", time = row.timestamp ?? "";
        if (!recent.has(context) && recent.size < RECENT)
            recent.set(context, {
                context, type: row.event_type ?? "", time, ms: utcMs(time),
            });
    }
    return [...recent.values()];
}
