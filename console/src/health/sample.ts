/* SPDX-License-Identifier: Apache-2.0 */
/* sample.ts -- one look at the server: the views of doc/watching.md that cost no more than their rows. */
import { askAll, records, type Texts } from "../parts/ask";

const QUESTIONS = [
    "SELECT * FROM stele.wal",
    "SELECT * FROM stele.shards ORDER BY shard",
    "SELECT part, shard, bytes, limit_bytes, objects FROM stele.memory",
    `SELECT id, shard, state, kind, inputs, input_bytes, outputs, output_bytes, progress, started, finished,
message FROM stele.compactions ORDER BY started DESC LIMIT 6`,
    "SELECT count(*) AS segments, sum(zones) AS zones, sum(rows) AS rows, sum(bytes) AS bytes FROM stele.segments",
    "SELECT count(*) AS connections FROM pg_stat_activity",
    "SELECT up_to_ms, count FROM stele.acks",
];

export interface Sample {
    wal: Texts;
    shards: Texts[];
    memory: Texts[];
    compactions: Texts[];
    segments: Texts;
    connections: number;
    acks: Texts[];
}

export async function takeSample(signal: AbortSignal): Promise<Sample> {
    const tables = await askAll(QUESTIONS.join(";\n"), signal);
    const [wal, shards, memory, compactions, segments, sessions, acks] = tables.map(records);
    return {
        wal: wal?.[0] ?? {},
        shards: shards ?? [],
        memory: memory ?? [],
        compactions: compactions ?? [],
        segments: segments?.[0] ?? {},
        connections: Number(sessions?.[0]?.connections ?? NaN),
        acks: acks ?? [],
    };
}
