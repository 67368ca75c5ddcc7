/* SPDX-License-Identifier: Apache-2.0 */
/* result_pane.tsx -- what a run has answered: rows, plan, messages, an error. */
import { useEffect, useState } from "preact/hooks";
import type { JSX } from "preact";
import { MAX_ROWS, type Timing } from "../api";
import type { Table } from "../data/table";
import { formatCount, formatDuration } from "../format";
import { DownloadMenu } from "../result/download_menu";
import { ErrorView } from "../result/error_view";
import { Grid } from "../result/grid";
import { PlanView } from "../result/plan_view";
import { Chart } from "../chart/chart";
import { offerChart, signatureOf } from "../chart/chart_model";
import type { Run } from "./run";
import { Running } from "./running";

/* Rows or chart: what was chosen for results of these columns, and else for those of PLOT. */
const isChartChosen = new Map<string, boolean>();

const wantsChart = (table: Table, text: string): boolean =>
    isChartChosen.get(signatureOf(table)) ?? /^\s*plot\b/i.test(text);

/* A result that stays beside those that come after it. */
interface Pinned {
    table: Table;
    text: string;
}

export function ResultPane(props: {
    run: Run;
    onShowPlace: (offset: number) => void;
    onAllowWrites: () => void;
}): JSX.Element {
    const { run } = props;
    const [chosen, setChosen] = useState(0);
    const [pinned, setPinned] = useState<Pinned | null>(null);
    useEffect(() => setChosen(0), [run]);
    const version = run.version.value;
    const table = run.tables[Math.min(chosen, run.tables.length - 1)];
    const [, repaint] = useState(0);
    const offer = table === undefined || run.isExplain || !table.isWhole ? null : offerChart(table, run.text);
    const isChart = offer !== null && table !== undefined && wantsChart(table, run.text);
    const choose = (value: boolean): void => {
        if (table !== undefined)
            isChartChosen.set(signatureOf(table), value);
        repaint((n) => n + 1);
    };
    return (
        <section class="result" aria-label="Answer">
            <div class="result-bar">
                <Status run={run} table={table} />
                {run.tables.length > 1 && <ResultChoice run={run} chosen={chosen} onChoose={setChosen} />}
                {offer !== null && <span role="group" aria-label="Shown as" class="result-view">
                    <button class="button quiet" aria-pressed={!isChart} onClick={() => choose(false)}>Rows</button>
                    <button class="button quiet" aria-pressed={isChart} onClick={() => choose(true)}>Chart</button>
                </span>}
                {table !== undefined && !run.isExplain && <span class="result-tools">
                    <button class="button quiet" aria-pressed={pinned?.table === table}
                        title="Keep this result beside those that come"
                        onClick={() => setPinned(pinned?.table === table ? null : { table, text: run.text })}>Pin</button>
                    <DownloadMenu table={table} text={run.text} isOnly={run.tables.length === 1} />
                </span>}
            </div>
            {run.isCut && <p class="note warn">There are more rows. This page stops at {formatCount(MAX_ROWS)}; ask for less with WHERE or LIMIT, or download all of them.</p>}
            {run.error !== null && !run.error.isAbort &&
                <Failure run={run} onShowPlace={props.onShowPlace} onAllowWrites={props.onAllowWrites} />}
            <div class="results">
                {table !== undefined && (run.isExplain && run.state.value !== "running" ? <PlanView table={table} /> :
                    table.rowCount === 0 && table.isWhole ? <p class="note">No rows. The columns are {table.columns.map((column) => column.name).join(", ")}.</p> :
                        isChart && offer !== null ? <Chart table={table} text={run.text} offer={offer} /> :
                            <Grid table={table} label="Rows" version={version} />)}
                {pinned !== null && pinned.table !== table &&
                    <div class="pinned">
                        <div class="pinned-head">
                            <code title={pinned.text}>{pinned.text.replace(/\s+/g, " ")}</code>
                            <button class="button quiet" onClick={() => setPinned(null)}>Unpin</button>
                        </div>
                        <Grid table={pinned.table} label="Pinned rows" version={pinned.table.rowCount} />
                    </div>}
            </div>
            {run.messages.length > 0 && <ul class="messages">{run.messages.map((message, i) => <li key={i}>{message}</li>)}</ul>}
        </section>
    );
}

const READ_ONLY = "25006";

function Failure(props: { run: Run; onShowPlace: (offset: number) => void; onAllowWrites: () => void }): JSX.Element | null {
    const { run } = props;
    if (run.error === null)
        return null;
    const { position, sqlstate } = run.error;
    return (
        <div class="failure">
            <ErrorView error={run.error} onShow={() => props.onShowPlace(run.offset + position - 1)} />
            {(sqlstate === READ_ONLY || /read-only transaction/.test(run.error.message)) && <p class="note">
                This tab only reads. <button class="button" onClick={props.onAllowWrites}>Allow writes and run it</button>
            </p>}
        </div>
    );
}

function ResultChoice(props: { run: Run; chosen: number; onChoose: (i: number) => void }): JSX.Element {
    return (
        <span class="result-choice" role="group" aria-label="Results">
            {props.run.tables.map((table, i) => (
                <button key={i} class="button quiet" aria-pressed={i === props.chosen} onClick={() => props.onChoose(i)}
                    title={`${formatCount(table.rowCount)} rows`}>{i + 1}</button>
            ))}
        </span>
    );
}

function Status(props: { run: Run; table: Table | undefined }): JSX.Element {
    const { run, table } = props;
    const rows = table === undefined ? "" : run.isExplain ? "Plan" : `${formatCount(table.rowCount)} ${table.rowCount === 1 ? "row" : "rows"}`;
    switch (run.state.value) {
    case "running":
        return <Running run={run} rows={rows} />;
    case "canceled":
        return <span class="status" role="status">Canceled after {formatDuration(run.timing?.totalMs ?? 0)}{rows !== "" && `, ${rows} here`}</span>;
    case "failed":
        return <span class="status error-text" role="status">Failed after {formatDuration(run.timing?.totalMs ?? 0)}</span>;
    default:
        return <span class="status" role="status">{rows || "Done"}{run.timing !== null && <TimeSplit timing={run.timing} />}</span>;
    }
}

function TimeSplit(props: { timing: Timing }): JSX.Element {
    const { serverMs, networkMs, totalMs } = props.timing;
    return (
        <span class="time-split">
            {serverMs !== null && <span title="What the server took">server {formatDuration(serverMs)}</span>}
            {networkMs !== null && <span title="The way there and back, and reading here">network {formatDuration(networkMs)}</span>}
            <span title="Until the last row was here">total {formatDuration(totalMs)}</span>
        </span>
    );
}
