/* SPDX-License-Identifier: Apache-2.0 */
/* running.tsx -- how far a statement is, as long as it runs. */
import { useEffect, useState } from "preact/hooks";
import type { JSX } from "preact";
import { ask } from "../api";
import { formatBytes, formatShort } from "../format";
import type { Run } from "./run";

const TICK_MS = 100;
/* Who is quick is not asked about. */
const ASK_AFTER_MS = 1000;
const ASK_EVERY_MS = 500;

interface Progress {
    events: number; /* read so far */
    total: number; /* about, in all; 0: not known */
    memoryBytes: number;
}

/* null: it has ended, or the server does not tell. */
async function askProgress(requestId: string, signal: AbortSignal): Promise<Progress | null> {
    const table = await ask(`SELECT events, events_total, memory_bytes FROM stele.running WHERE request_id = '${requestId}'`,
        { signal });
    return table.rowCount === 0 ? null : {
        events: table.number(0, "events") ?? 0,
        total: table.number(0, "events_total") ?? 0,
        memoryBytes: table.number(0, "memory_bytes") ?? 0,
    };
}

function useProgress(run: Run): Progress | null {
    const [progress, setProgress] = useState<Progress | null>(null);
    useEffect(() => {
        const stop = new AbortController();
        let timer = 0;
        const look = (): void => {
            askProgress(run.requestId, stop.signal).then((seen) => {
                setProgress(seen);
                timer = window.setTimeout(look, ASK_EVERY_MS);
            }, () => undefined); /* who may not look does without */
        };
        timer = window.setTimeout(look, ASK_AFTER_MS);
        return () => {
            stop.abort();
            clearTimeout(timer);
        };
    }, [run]);
    return progress;
}

export function Running(props: { run: Run; rows: string }): JSX.Element {
    const { run } = props;
    const progress = useProgress(run);
    const [, tick] = useState(0);
    useEffect(() => {
        const timer = setInterval(() => tick((n) => n + 1), TICK_MS);
        return () => clearInterval(timer);
    }, []);
    const share = progress !== null && progress.total > 0 ? Math.min(1, progress.events / progress.total) : null;
    return (
        <span class="status running">
            <span role="status" class="visually-hidden">Running</span>
            <span aria-hidden="true">
                <span class="running-dot" />
                Running, {((Date.now() - run.startedAt) / 1000).toFixed(1)} s{props.rows !== "" && `, ${props.rows} so far`}
            </span>
            {share !== null && <progress class="progress" max={1} value={share} aria-label="Events read" />}
            {progress !== null && progress.events > 0 && <span class="time-split">
                <span>{formatShort(progress.events)}{progress.total > 0 && ` of about ${formatShort(progress.total)}`} events read</span>
                <span>{formatBytes(progress.memoryBytes)}</span>
            </span>}
        </span>
    );
}
