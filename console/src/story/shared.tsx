/* SPDX-License-Identifier: Apache-2.0 */
/* shared.tsx -- which contexts share a value with the one that is looked at. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { askRecords } from "../parts/ask";
import { plainText } from "../parts/json";
import { quoteSql, quoteText } from "../language/quote";
import { contextHref } from "../router";
import type { Asked } from "./event_card";

/* Contexts that are named of each event type. */
const SHOWN = 50;
/* What one type may take: a value may be in none of millions of events. */
const TIMEOUT = "SET statement_timeout = '5s'; ";

interface Found {
    type: string;
    contexts: string[];
    hasMore: boolean;
    error?: string;
}

/* Event types that have a field of this name and kind. */
async function typesWith(asked: Asked, signal: AbortSignal): Promise<string[]> {
    const rows = await askRecords(`SELECT c.table_name FROM information_schema.columns c
JOIN information_schema.columns o ON o.data_type = c.data_type AND o.column_name = c.column_name
WHERE c.table_schema = 'public' AND o.table_schema = 'public'
AND o.table_name = ${quoteText(asked.type)} AND c.column_name = ${quoteText(asked.field)}
ORDER BY c.table_name <> ${quoteText(asked.type)}, c.table_name`, signal);
    return rows.map((row) => row.table_name ?? "");
}

async function contextsOf(
    type: string,
    { field, value }: Asked,
    signal: AbortSignal,
): Promise<Found> {
    const question = `${TIMEOUT}SELECT DISTINCT context_id FROM ${quoteSql(type)}
WHERE ${quoteSql(field)} = ${quoteText(plainText(value))} LIMIT ${SHOWN + 1}`;
    try {
        const rows = await askRecords(question, signal);
        return {
            type,
            contexts: rows.slice(0, SHOWN).map((row) => row.context_id ?? ""),
            hasMore: rows.length > SHOWN,
        };
    } catch (error) {
        if (signal.aborted) throw error;
        return { type, contexts: [], hasMore: false, error: (error as Error).message };
    }
}

/* Who may not know, or has to wait for long, is told nothing. */
async function isContext(name: string, signal: AbortSignal): Promise<boolean> {
    try {
        const rows = await askRecords(
            `${TIMEOUT}SELECT 1 FROM events WHERE context_id = ${quoteText(name)} LIMIT 1`, signal);
        return rows.length > 0;
    } catch (error) {
        if (signal.aborted) throw error;
        return false;
    }
}

interface Props {
    asked: Asked;
    /* The context that is looked at, which is not another. */
    here: string;
    onClose: () => void;
}

export function SharedValue({ asked, here, onClose }: Props) {
    const panel = useRef<HTMLElement>(null);
    const [found, setFound] = useState<Found[]>([]);
    const [itself, setItself] = useState(false);
    const [state, setState] = useState("looking");
    const text = plainText(asked.value);

    const look = useCallback(
        async (signal: AbortSignal) => {
            if (text !== here && (await isContext(text, signal))) setItself(true);
            for (const type of await typesWith(asked, signal)) {
                const one = await contextsOf(type, asked, signal);
                setFound((all) => [...all, one]);
            }
        },
        [asked],
    );

    useEffect(() => {
        const control = new AbortController();
        setFound([]);
        setItself(false);
        setState("looking");
        panel.current?.focus();
        look(control.signal).then(
            () => setState(""),
            (error: Error) => control.signal.aborted || setState(error.message),
        );
        return () => control.abort();
    }, [look]);

    return (
        <aside
            class="shared"
            ref={panel}
            tabIndex={-1}
            aria-label={`Contexts that share ${asked.field}`}
            onKeyDown={(event) => event.key === "Escape" && onClose()}
        >
            <header>
                <h2>
                    <span class="muted">{asked.field}</span> {text}
                </h2>
                <button type="button" class="button quiet" aria-label="Close" onClick={onClose}>
                    ×
                </button>
            </header>
            {itself && (
                <p>
                    A context has this name: <ContextLink name={text} />
                </p>
            )}
            {found.map((one) => (
                <FoundOf key={one.type} found={one} here={here} />
            ))}
            <p role="status" class="muted">
                {state === "looking" ? "Looking…" : state}
            </p>
        </aside>
    );
}

function FoundOf({ found, here }: { found: Found; here: string }) {
    const others = found.contexts.filter((name) => name !== here);
    return (
        <section>
            <h3>{found.type}</h3>
            {found.error && <p class="error">{found.error}</p>}
            {!found.error && others.length === 0 && (
                <p class="muted">No other context has it.</p>
            )}
            <ul class="contexts">
                {others.map((name) => (
                    <li key={name}>
                        <ContextLink name={name} />
                    </li>
                ))}
            </ul>
            {found.hasMore && <p class="muted">There are more.</p>}
        </section>
    );
}

export function ContextLink({ name }: { name: string }) {
    return <a href={contextHref(name)}>{name}</a>;
}
