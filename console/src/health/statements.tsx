/* SPDX-License-Identifier: Apache-2.0 */
/* statements.tsx -- what runs now, with cancel, and what has taken the most time. */
import { useCallback, useState } from "preact/hooks";
import { formatBytes, formatCount, formatDuration } from "../format";
import { askRecords, change, type Texts } from "../parts/ask";
import { Failed, Loading } from "../parts/message";
import { useLoad } from "../parts/use_load";
import { usePolling } from "../parts/use_polling";

/* What is done before one could read it is left out, as this page's own questions are. */
const RUNNING = `SELECT pid, user_name, query, elapsed_ms, events, events_total, memory_bytes FROM stele.running
WHERE elapsed_ms > 250 AND pid <> pg_backend_pid() ORDER BY started LIMIT 50`;
const SLOW = `SELECT query, calls, rows, mean_ms, max_ms, total_ms FROM stele.statements
ORDER BY total_ms DESC LIMIT 20`;

export function Running() {
    const [rows, setRows] = useState<Texts[]>([]);
    const [failure, setFailure] = useState<Error>();
    const error = usePolling(async (signal) => setRows(await askRecords(RUNNING, signal)), 2000);

    const cancel = async (pid: string): Promise<void> => {
        try {
            await change(`SELECT pg_cancel_backend(${Number(pid)})`, new AbortController().signal);
            setFailure(undefined);
        } catch (refused) {
            setFailure(refused as Error);
        }
    };
    return (
        <section class="card">
            <h2>Running now</h2>
            {error && <Failed error={error} />}
            {failure && <Failed error={failure} />}
            {rows.length === 0 ? <p class="muted">Nothing that takes longer than a moment.</p> : (
                <ul class="statements">
                    {rows.map((row) => <RunningRow key={row.pid} row={row} onCancel={cancel} />)}
                </ul>
            )}
        </section>
    );
}

function RunningRow({ row, onCancel }: { row: Texts; onCancel: (pid: string) => Promise<void> }) {
    const pid = row.pid ?? "";
    const read = Number(row.events), total = Number(row.events_total);
    return (
        <li>
            <code class="statement-text">{row.query}</code>
            <p class="muted">
                {row.user_name}, {formatDuration(Number(row.elapsed_ms))}, {formatBytes(Number(row.memory_bytes))}
                {total > 0 && `, ${formatCount(read)} of about ${formatCount(total)} events`}
            </p>
            {total > 0 && <progress max={total} value={Math.min(read, total)} aria-label={`Session ${pid}`} />}
            <button type="button" class="button" aria-label={`Cancel the statement of session ${pid}`}
                onClick={() => void onCancel(pid)}>
                Cancel
            </button>
        </li>
    );
}

export function Slow() {
    const load = useCallback((signal: AbortSignal) => askRecords(SLOW, signal), []);
    const { value, error, reload } = useLoad(load);
    return (
        <section class="card">
            <div class="card-head">
                <h2>What took the most time</h2>
                <button type="button" class="button" onClick={reload}>Reload</button>
            </div>
            {error && <Failed error={error} onRetry={reload} />}
            {!value && !error && <Loading />}
            {value && (
                <div class="scroll-x" tabIndex={0} role="region" aria-label="Statements">
                    <table class="plain numbers">
                        <thead>
                            <tr>
                                <th scope="col">Statement</th>
                                <th scope="col">Calls</th>
                                <th scope="col">Mean</th>
                                <th scope="col">Longest</th>
                                <th scope="col">In all</th>
                            </tr>
                        </thead>
                        <tbody>
                            {value.map((row, i) => (
                                <tr key={i}>
                                    <th scope="row"><code class="statement-text" title={row.query ?? ""}>{row.query}</code></th>
                                    <td>{formatCount(Number(row.calls))}</td>
                                    <td>{formatDuration(Number(row.mean_ms))}</td>
                                    <td>{formatDuration(Number(row.max_ms))}</td>
                                    <td>{formatDuration(Number(row.total_ms))}</td>
                                </tr>
                            ))}
                        </tbody>
                    </table>
                </div>
            )}
        </section>
    );
}
