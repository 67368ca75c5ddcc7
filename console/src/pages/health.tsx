/* SPDX-License-Identifier: Apache-2.0 */
/* health.tsx -- #/health: how the server does, now and in the last minutes. */
import { useRef, useState } from "preact/hooks";
import { formatBytes, formatCount, formatDuration, formatShort } from "../format";
import { Acks } from "../health/acks";
import { Log } from "../health/log";
import { type Sample, takeSample } from "../health/sample";
import { Rate, Series } from "../health/series";
import { Settings } from "../health/settings";
import { Spark } from "../health/spark";
import { Running, Slow } from "../health/statements";
import { Compactions, Memory, Shards, Storage } from "../health/tables";
import { Failed, Loading } from "../parts/message";
import { usePolling } from "../parts/use_polling";

const EVERY_MS = 2000;
/* Five minutes of samples. */
const KEPT = 150;

/* The lines that are drawn, and what they are made of. */
class History {
    readonly stores = new Series(KEPT);
    readonly groups = new Series(KEPT);
    readonly p50 = new Series(KEPT);
    readonly p99 = new Series(KEPT);
    readonly memory = new Series(KEPT);
    readonly connections = new Series(KEPT);
    private readonly storeRate = new Rate();
    private readonly groupRate = new Rate();
    private readonly acks = new Acks();

    add(sample: Sample, atMs: number): void {
        const { wal } = sample;
        const process = sample.memory.find(({ part }) => part === "process");
        this.stores.push(this.storeRate.read(Number(wal.rows), atMs));
        this.groups.push(this.groupRate.read(Number(wal.groups), atMs));
        const { p50, p99 } = this.acks.read(sample.acks);
        this.p50.push(p50);
        this.p99.push(p99);
        this.memory.push(Number(process?.bytes ?? NaN));
        this.connections.push(sample.connections);
    }
}

export function HealthPage() {
    const history = useRef(new History()).current;
    const [sample, setSample] = useState<Sample>();
    const error = usePolling(async (signal) => {
        const taken = await takeSample(signal);
        history.add(taken, performance.now());
        setSample(taken);
    }, EVERY_MS);
    return (
        <div class="page-inner health">
            <h1>Health</h1>
            {error && <Failed error={error} />}
            {!sample && !error && <Loading />}
            {sample && <Now sample={sample} history={history} />}
            <Running />
            <Slow />
            <Log />
            <Settings />
        </div>
    );
}

function Now({ sample, history }: { sample: Sample; history: History }) {
    return (
        <>
            <div class="sparks">
                <Spark title="Stores" show={(value) => `${formatShort(value)}/s`}
                    lines={[{ name: "events", series: history.stores }, { name: "groups", series: history.groups }]} />
                <Spark title="Acknowledged after" show={formatDuration}
                    lines={[{ name: "p50", series: history.p50 }, { name: "p99", series: history.p99 }]} />
                <Spark title="Memory" show={formatBytes}
                    lines={[{ name: "resident", series: history.memory }]} />
                <Spark title="Connections" show={formatCount}
                    lines={[{ name: "open", series: history.connections }]} />
            </div>
            <div class="cards">
                <div class="stack">
                    <Storage segments={sample.segments} wal={sample.wal} />
                    <Shards shards={sample.shards} />
                    <Compactions compactions={sample.compactions} />
                </div>
                <Memory memory={sample.memory} />
            </div>
        </>
    );
}
