/* SPDX-License-Identifier: Apache-2.0 */
/* event_card.tsx -- one event of a story: what it is, when, what it says, what that changed. */
import { type Json, isNested, plainText } from "../parts/json";
import { duration, localTime } from "../parts/times";
import { Value } from "../parts/value";
import { hrefOf } from "../router";
import { type StoryEvent, compare } from "./story";

/* A value that somebody wants to follow into other contexts. */
export interface Asked {
    type: string;
    field: string;
    value: Json;
}

interface Props {
    event: StoryEvent;
    /* The event before of the same type. */
    before?: StoryEvent;
    /* The event above; absent for the first. */
    above?: StoryEvent;
    place: number;
    count: number;
    hue: number;
    onAsk: (asked: Asked) => void;
}

export function EventCard({ event, before, above, place, count, hue, onAsk }: Props) {
    return (
        <>
            {above && <Gap ms={event.ms - above.ms} />}
            <article
                class={`event hue-${hue}`}
                tabIndex={0}
                aria-posinset={place + 1}
                aria-setsize={count}
                aria-label={`${event.type}, event ${event.id}`}
            >
                <header>
                    <a class="event-type" href={hrefOf("types", event.type)}>
                        {event.type}
                    </a>
                    <time dateTime={event.time} title={`${event.time} (UTC)`}>
                        {localTime(event.ms, event.time)}
                    </time>
                    <span class="event-id" title="event_id">
                        #{event.id}
                    </span>
                </header>
                <Payload event={event} before={before} onAsk={onAsk} />
            </article>
        </>
    );
}

function Gap({ ms }: { ms: number }) {
    if (!Number.isFinite(ms) || ms === 0) return null;
    return (
        <div class={ms >= 86_400_000 ? "gap gap-long" : "gap"}>
            <span class="gap-text">
                {ms > 0 ? `${duration(ms)} later` : `${duration(-ms)} earlier, stored later`}
            </span>
        </div>
    );
}

function Payload({
    event,
    before,
    onAsk,
}: { event: StoryEvent; before?: StoryEvent; onAsk: (asked: Asked) => void }) {
    const { fields, gone } = compare(event, before);
    if (fields.size + gone.length === 0)
        return <p class="muted">No fields.</p>;
    return (
        <table class="payload">
            <tbody>
                {[...fields].map(([name, change]) => {
                    const value = event.payload[name] as Json;
                    return (
                        <tr key={name} class={`field-${change}`}>
                            <th scope="row">{name}</th>
                            <td>
                                <FieldValue
                                    value={value}
                                    label={`Contexts with ${name} ${plainText(value)}`}
                                    onAsk={() => onAsk({ type: event.type, field: name, value })}
                                />
                                {change === "changed" && before && (
                                    <s class="was" aria-label="before">
                                        {plainText(before.payload[name] as Json)}
                                    </s>
                                )}
                                {change === "new" && <span class="mark">new</span>}
                            </td>
                        </tr>
                    );
                })}
                {gone.map((name) => (
                    <tr key={name} class="field-gone">
                        <th scope="row">{name}</th>
                        <td>
                            <s class="was" aria-label="before">
                                {plainText(before?.payload[name] ?? null)}
                            </s>
                            <span class="mark">gone</span>
                        </td>
                    </tr>
                ))}
            </tbody>
        </table>
    );
}

function FieldValue({
    value,
    label,
    onAsk,
}: { value: Json; label: string; onAsk: () => void }) {
    if (value === null || value === "" || isNested(value))
        return <Value value={value} />;
    /* A text that is cut has a button of its own, which must not be within another. */
    if (typeof value === "string" && value.length > 200) return <Value value={value} />;
    return (
        <button type="button" class="ask-value" title={label} onClick={onAsk}>
            <Value value={value} />
        </button>
    );
}
