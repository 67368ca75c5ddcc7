/* SPDX-License-Identifier: Apache-2.0 */
/* log.tsx -- the last messages of the server, as they come. */
import { useState } from "preact/hooks";
import { askRecords, type Texts } from "../parts/ask";
import { Failed } from "../parts/message";
import { localTime, utcMs } from "../parts/times";
import { usePolling } from "../parts/use_polling";

const LOG = `SELECT number, time, level, category, message FROM stele.log ORDER BY number DESC LIMIT 200`;
const EVERY_MS = 5000;

function lineOf(row: Texts): string {
    return `${localTime(utcMs(row.time ?? ""), row.time ?? "")} ${row.level} ${row.category} ${row.message}`;
}

/* The newest is the first. */
export function Log() {
    const [rows, setRows] = useState<Texts[]>();
    const error = usePolling(async (signal) => setRows(await askRecords(LOG, signal)), EVERY_MS);
    return (
        <section class="card">
            <h2>Log</h2>
            {error && <Failed error={error} />}
            {rows?.length === 0 && <p class="muted">No messages are kept (log_tail_size).</p>}
            {rows !== undefined && rows.length > 0 && (
                <pre class="log" tabIndex={0} role="region" aria-label="The last messages">
                    {rows.map(lineOf).join("\n")}
                </pre>
            )}
        </section>
    );
}
