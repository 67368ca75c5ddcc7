/* SPDX-License-Identifier: Apache-2.0 */
/* story.ts -- the story of a context: its events, what each changed, how far apart they are. */
import { type JsonObject, isSame } from "../parts/json";

export interface StoryEvent {
    id: number;
    type: string;
    /* RFC 3339, UTC, to the microsecond; the server's own text. */
    time: string;
    /* Milliseconds since 1970; NaN for what has no place on a clock. */
    ms: number;
    payload: JsonObject;
}

export type Change = "same" | "new" | "changed";

export interface Comparison {
    /* The event before of the same type; absent for the first. */
    before?: StoryEvent;
    /* By field of this event. */
    fields: Map<string, Change>;
    /* Fields that only the event before had. */
    gone: string[];
}

/* For each event, by its place, the place of the one before of its type, or -1. */
export function placesBefore(events: readonly StoryEvent[]): Int32Array {
    const places = new Int32Array(events.length);
    const last = new Map<string, number>();
    events.forEach((event, i) => {
        places[i] = last.get(event.type) ?? -1;
        last.set(event.type, i);
    });
    return places;
}

const has = (object: object, name: string): boolean =>
    Object.prototype.hasOwnProperty.call(object, name);

export function compare(event: StoryEvent, before?: StoryEvent): Comparison {
    const fields = new Map<string, Change>();
    for (const [name, value] of Object.entries(event.payload)) {
        if (!before) fields.set(name, "same");
        else if (!has(before.payload, name)) fields.set(name, "new");
        else
            fields.set(name, isSame(before.payload[name], value) ? "same" : "changed");
    }
    const gone = before
        ? Object.keys(before.payload).filter(
                (name) => !has(event.payload, name),
            )
        : [];
    return { before, fields, gone };
}

/* How many events there are of each type, by name. */
export function countTypes(events: readonly StoryEvent[]): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { type } of events) counts.set(type, (counts.get(type) ?? 0) + 1);
    return new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

export const HUES = 12;

/*
 * A hue for each type: that of its name wherever it is free, so that a type looks
 * the same in most stories.
 */
export function huesOf(types: Iterable<string>): Map<string, number> {
    const hues = new Map<string, number>();
    const taken = new Set<number>();
    for (const type of types) {
        let hue = hash(type) % HUES;
        while (taken.has(hue) && taken.size < HUES) hue = (hue + 1) % HUES;
        taken.add(hue);
        hues.set(type, hue);
    }
    return hues;
}

function hash(text: string): number {
    let sum = 2166136261;
    for (let i = 0; i < text.length; i++)
        sum = Math.imul(sum ^ text.charCodeAt(i), 16777619);
    return sum >>> 0;
}
