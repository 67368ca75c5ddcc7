/* SPDX-License-Identifier: Apache-2.0 */
/* tables.tsx -- shards, memory and compactions, as the last sample has them. */
import { formatBytes, formatCount, formatShort } from "../format";
import type { Texts } from "../parts/ask";
import { localTime, utcMs } from "../parts/times";

const number = (text: string | null | undefined): number => Number(text ?? NaN);

export function Shards({ shards }: { shards: Texts[] }) {
    return (
        <section class="card">
            <h2>Shards</h2>
            <div class="scroll-x" tabIndex={0} role="region" aria-label="Shards">
                <table class="plain numbers">
                    <thead>
                        <tr>
                            <th scope="col">Shard</th>
                            <th scope="col">MemTable</th>
                            <th scope="col">Passive</th>
                            <th scope="col">Segments</th>
                            <th scope="col">On disk</th>
                            <th scope="col">Writers wait for</th>
                        </tr>
                    </thead>
                    <tbody>
                        {shards.map((shard) => (
                            <tr key={shard.shard}>
                                <th scope="row">{shard.shard}</th>
                                <td title={`${formatCount(number(shard.memtable_rows))} events`}>
                                    {formatBytes(number(shard.memtable_bytes))}
                                </td>
                                <td>{shard.passive_memtables}</td>
                                <td title={`${formatCount(number(shard.segment_rows))} events`}>{shard.segments}</td>
                                <td>{formatBytes(number(shard.segment_bytes))}</td>
                                <td>{shard.writers_wait_for ?? <span class="muted">nothing</span>}</td>
                            </tr>
                        ))}
                    </tbody>
                </table>
            </div>
        </section>
    );
}

/* The parts, shards added up, the largest first; "process" is all of them. */
function partsOf(memory: Texts[]): { part: string; bytes: number; limit: number }[] {
    const parts = new Map<string, { part: string; bytes: number; limit: number }>();
    for (const row of memory) {
        const part = row.part ?? "";
        const sum = parts.get(part) ?? { part, bytes: 0, limit: 0 };
        sum.bytes += number(row.bytes);
        sum.limit += row.limit_bytes === null ? 0 : number(row.limit_bytes);
        parts.set(part, sum);
    }
    return [...parts.values()].sort((a, b) => b.bytes - a.bytes);
}

export function Memory({ memory }: { memory: Texts[] }) {
    return (
        <section class="card">
            <h2>Memory</h2>
            <table class="plain numbers">
                <thead>
                    <tr>
                        <th scope="col">Part</th>
                        <th scope="col">Size</th>
                        <th scope="col">Limit</th>
                    </tr>
                </thead>
                <tbody>
                    {partsOf(memory).map((part) => (
                        <tr key={part.part}>
                            <th scope="row">{part.part}</th>
                            <td>{formatBytes(part.bytes)}</td>
                            <td>{part.limit > 0 ? formatBytes(part.limit) : <span class="muted">none</span>}</td>
                        </tr>
                    ))}
                </tbody>
            </table>
        </section>
    );
}

export function Compactions({ compactions }: { compactions: Texts[] }) {
    return (
        <section class="card">
            <h2>Compactions</h2>
            {compactions.length === 0 ? <p class="muted">None yet.</p> : (
                <ul class="compactions">
                    {compactions.map((one) => <Compaction key={one.id} one={one} />)}
                </ul>
            )}
        </section>
    );
}

function Compaction({ one }: { one: Texts }) {
    const ended = one.finished === null ? "" : localTime(utcMs(one.finished ?? ""));
    return (
        <li>
            <span>
                <b>{one.kind}</b> of {one.inputs} segments, {formatBytes(number(one.input_bytes))}, shard {one.shard}
            </span>
            {one.finished === null ? (
                <progress max={1} value={number(one.progress)} aria-label={`Compaction ${one.id}`} />
            ) : <span class="muted">{one.state}, {ended}</span>}
            {one.message !== null && <span class="note error">{one.message}</span>}
        </li>
    );
}

export function Storage({ segments, wal }: { segments: Texts; wal: Texts }) {
    const facts: [string, string][] = [
        ["Events", formatShort(number(wal.visible_event_id))],
        ["Segments", formatShort(number(segments.segments))],
        ["Zones", formatShort(number(segments.zones ?? "0"))],
        ["In segments", formatBytes(number(segments.bytes ?? "0"))],
        ["Log files", `${wal.files ?? "–"}, ${formatBytes(number(wal.file_bytes))}`],
        ["Archive", wal.archive_state ?? "none"],
    ];
    return (
        <section class="card">
            <h2>Storage</h2>
            <dl class="facts">
                {facts.map(([name, value]) => (
                    <div key={name}><dt>{name}</dt><dd>{value}</dd></div>
                ))}
            </dl>
        </section>
    );
}
