/* SPDX-License-Identifier: Apache-2.0 */
/* timeline.tsx -- the events of a story, as far as it is told, of the types that are wanted. */
import { useCallback, useMemo } from "preact/hooks";
import { LongList } from "../parts/long_list";
import { Empty } from "../parts/message";
import { type Asked, EventCard } from "./event_card";
import { type StoryEvent, placesBefore } from "./story";

/* What an event of a few fields takes, in CSS pixels. */
const GUESS = 190;

interface Props {
    events: readonly StoryEvent[];
    /* Events later than this are not told yet. */
    until: number;
    hidden: ReadonlySet<string>;
    hues: ReadonlyMap<string, number>;
    onAsk: (asked: Asked) => void;
}

export function Timeline({ events, until, hidden, hues, onAsk }: Props) {
    const before = useMemo(() => placesBefore(events), [events]);
    const places = useMemo(() => {
        const shown: number[] = [];
        events.forEach((event, i) => {
            if (!hidden.has(event.type) && !(event.ms > until)) shown.push(i);
        });
        return shown;
    }, [events, until, hidden]);
    const keyOf = useCallback(
        (i: number) => events[places[i] as number]?.id ?? i,
        [events, places],
    );
    if (places.length === 0)
        return <Empty>No event of these types has happened by then.</Empty>;

    const eventAt = (place?: number) =>
        place === undefined || place < 0 ? undefined : events[place];
    return (
        <LongList
            count={places.length}
            guess={GUESS}
            label="Events"
            keyOf={keyOf}
            row={(i) => {
                const place = places[i] as number;
                const event = events[place] as StoryEvent;
                return (
                    <EventCard
                        event={event}
                        before={eventAt(before[place])}
                        above={i > 0 ? eventAt(places[i - 1]) : undefined}
                        place={i}
                        count={places.length}
                        hue={hues.get(event.type) ?? 0}
                        onAsk={onAsk}
                    />
                );
            }}
        />
    );
}
