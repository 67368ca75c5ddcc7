/* SPDX-License-Identifier: Apache-2.0 */
/* told.tsx -- a story that is loaded: what it is in short, what of it is shown, and its events. */
import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { counted } from "../format";
import { duration, localTime } from "../parts/times";
import { AsOf } from "./as_of";
import type { Asked } from "./event_card";
import { Moments } from "./moments";
import { SharedValue } from "./shared";
import { type StoryEvent, countTypes, huesOf } from "./story";
import { Timeline } from "./timeline";

interface Props {
    name: string;
    events: readonly StoryEvent[];
    /* Buttons about the whole. */
    children: ComponentChildren;
}

export function Told({ name, events, children }: Props) {
    const moments = useMemo(() => new Moments(events), [events]);
    const counts = useMemo(() => countTypes(events), [events]);
    const hues = useMemo(() => huesOf(counts.keys()), [counts]);
    /* Undefined is now: events that come are told, too. */
    const [told, setTold] = useState<number>();
    const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
    const [asked, setAsked] = useState<Asked>();
    const until = told === undefined ? moments.count : Math.min(told, moments.count);

    const toggle = (type: string) =>
        setHidden((old) => {
            const next = new Set(old);
            if (!next.delete(type)) next.add(type);
            return next;
        });
    return (
        <>
            <section class="card story-head" aria-label="The story in short">
                <div class="story-sum">
                    <Sum moments={moments} />
                    <div class="buttons">{children}</div>
                </div>
                <fieldset class="chips">
                    <legend class="visually-hidden">Event types</legend>
                    {[...counts].map(([type, n]) => (
                        <button
                            key={type}
                            type="button"
                            class={`chip hue-${hues.get(type)}`}
                            aria-pressed={!hidden.has(type)}
                            onClick={() => toggle(type)}
                        >
                            {type} <span class="chip-count">{n}</span>
                        </button>
                    ))}
                </fieldset>
                <AsOf
                    moments={moments}
                    until={until}
                    onChange={(n) => setTold(n === moments.count ? undefined : n)}
                />
            </section>
            <div class={asked ? "story with-shared" : "story"}>
                <Timeline
                    events={events}
                    until={told === undefined ? Infinity : moments.at(until)}
                    hidden={hidden}
                    hues={hues}
                    onAsk={setAsked}
                />
                {asked && (
                    <SharedValue
                        asked={asked}
                        here={name}
                        onClose={() => setAsked(undefined)}
                    />
                )}
            </div>
        </>
    );
}

function Sum({ moments }: { moments: Moments }) {
    const first = moments.at(1);
    const last = moments.at(moments.count);
    return (
        <p>
            <strong>{counted(moments.count, "event")}</strong>
            {Number.isFinite(first) && Number.isFinite(last) && (
                <span class="muted">
                    {" "}
                    from {localTime(first)}
                    {last > first && ` to ${localTime(last)}, ${duration(last - first)}`}
                </span>
            )}
        </p>
    );
}
