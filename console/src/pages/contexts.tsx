/* SPDX-License-Identifier: Apache-2.0 */
/* context.tsx -- #/context, #/context/NAME: the story of one context. */
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Empty, Failed, Loading } from "../parts/message";
import { quoteName } from "../language/quote";
import { localTime } from "../parts/times";
import { useLoad } from "../parts/use_load";
import { ContextSearch } from "../story/context_search";
import { loadAfter, loadStory, recentContexts } from "../story/load";
import { ContextLink } from "../story/shared";
import { hrefOf, route } from "../router";
import type { StoryEvent } from "../story/story";
import { Told } from "../story/told";

/* Events that are loaded at once; a button loads as many again. */
const PORTION = 10_000;
const FOLLOW_MS = 2000;

export function ContextPage() {
    const { page, name } = route.value;
    const isOne = page === "context" && name !== "";
    return (
        <div class="page-inner contexts-page">
            <header class="page-head">
                <h1>{isOne ? name : "Contexts"}</h1>
                <ContextSearch name={isOne ? name : ""} />
            </header>
            {isOne ? <Story key={name} name={name} /> : <Recent />}
        </div>
    );
}

function Recent() {
    const { value, error, reload } = useLoad(recentContexts);
    if (error) return <Failed error={error} onRetry={reload} />;
    if (!value) return <Loading />;
    if (value.length === 0) return <Empty>There are no events yet.</Empty>;
    return (
        <section class="card">
            <h2>What happened last</h2>
            <table class="plain">
                <thead>
                    <tr>
                        <th scope="col">Context</th>
                        <th scope="col">Last event</th>
                        <th scope="col">Time</th>
                    </tr>
                </thead>
                <tbody>
                    {value.map(({ context, type, time, ms }) => (
                        <tr key={context}>
                            <td><ContextLink name={context} /></td>
                            <td>{type}</td>
                            <td><time dateTime={time} title={`${time} (UTC)`}>{localTime(ms, time)}</time></td>
                        </tr>
                    ))}
                </tbody>
            </table>
        </section>
    );
}

/* What comes while it is followed, asked for while the page is seen. */
function useFollowing(
    isOn: boolean,
    name: string,
    lastId: number,
    onMore: (more: StoryEvent[]) => void,
    onError: (error: Error) => void,
): void {
    const last = useRef(lastId);
    last.current = lastId;
    useEffect(() => {
        if (!isOn) return;
        const control = new AbortController();
        const look = async () => {
            if (!document.hidden) {
                const more = await loadAfter(name, last.current, PORTION, control.signal);
                if (more.length > 0) onMore(more);
            }
        };
        let timer = 0;
        const again = () => {
            look().then(
                () => {
                    timer = window.setTimeout(again, FOLLOW_MS);
                },
                (error: Error) => control.signal.aborted || onError(error),
            );
        };
        again();
        return () => {
            clearTimeout(timer);
            control.abort();
        };
    }, [isOn, name]);
}

function Story({ name }: { name: string }) {
    const [limit, setLimit] = useState(PORTION);
    const load = useCallback(
        (signal: AbortSignal) => loadStory(name, limit, signal),
        [name, limit],
    );
    const { value, error, isLoading, reload } = useLoad(load);
    const [more, setMore] = useState<StoryEvent[]>([]);
    const [isFollowed, setIsFollowed] = useState(false);
    const [followError, setFollowError] = useState<Error>();
    useEffect(() => setMore([]), [value]);
    const events = useMemo(() => (value ? value.concat(more) : []), [value, more]);
    const isWhole = value !== undefined && value.length < limit;
    useFollowing(
        isFollowed && isWhole,
        name,
        events[events.length - 1]?.id ?? 0,
        (come) => setMore((old) => old.concat(come)),
        (failure) => {
            setIsFollowed(false);
            setFollowError(failure);
        },
    );

    const failure = error ?? followError;
    return (
        <>
            {failure && <Failed error={failure} onRetry={reload} />}
            {!value && !error && <Loading />}
            {value && events.length === 0 && (
                <Empty>
                    Nothing is known of {name}. Names are exact, capital letters and blanks too.
                </Empty>
            )}
            {events.length > 0 && (
                <Told name={name} events={events}>
                    <button type="button" class="button" disabled={isLoading} onClick={reload}>Reload</button>
                    <button
                        type="button"
                        class="button"
                        aria-pressed={isFollowed}
                        disabled={!isWhole}
                        onClick={() => {
                            setFollowError(undefined);
                            setIsFollowed(!isFollowed);
                        }}
                    >
                        Follow
                    </button>
                    <a class="button"
                        href={hrefOf("ask", "", { text: `REPLAY FOR ${quoteName(name)}` })}>
                        Ask
                    </a>
                </Told>
            )}
            {value && !isWhole && (
                <p class="more">
                    <button type="button" class="button" onClick={() => setLimit(limit + PORTION)}>
                        Load {PORTION.toLocaleString()} more
                    </button>
                </p>
            )}
        </>
    );
}
