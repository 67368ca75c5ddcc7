/* SPDX-License-Identifier: Apache-2.0 */
/* chart.tsx -- a result as a chart, and what can be chosen about it. */
import { signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { JSX } from "preact";
import type { Table } from "../data/table";
import { formatCount, formatDuration } from "../format";
import { BarChart } from "./bar_chart";
import {
    type Bar, BARS_MAX, barsOf, type ChartKind, type ChartOffer, type ChartSettings, linesOf, sequenceOf, signatureOf,
    stepCount, stepsOf, withKind,
} from "./chart_model";
import { LineChart } from "./line_chart";

/* What was chosen, by the columns of the result. */
const chosen = signal<ReadonlyMap<string, ChartSettings>>(new Map());

const KIND_NAMES: Record<ChartKind, string> = {
    lines: "Lines", columns: "Columns", bars: "Bars", steps: "Steps", sequence: "Times between steps",
};

export function Chart(props: { table: Table; text: string; offer: ChartOffer }): JSX.Element {
    const { table, offer } = props;
    const signature = signatureOf(table);
    const kept = chosen.value.get(signature);
    const settings = kept !== undefined && offer.kinds.includes(kept.kind) ? kept : offer.settings;
    const choose = (next: ChartSettings): void => {
        chosen.value = new Map(chosen.value).set(signature, next);
    };
    return (
        <div class="chart">
            <div class="chart-bar">
                <span role="group" aria-label="Kind of chart">
                    {offer.kinds.map((kind) => (
                        <button key={kind} class="button quiet" aria-pressed={kind === settings.kind}
                            onClick={() => choose(withKind(table, settings, kind))}>{KIND_NAMES[kind]}</button>
                    ))}
                </span>
                {settings.kind !== "sequence" && settings.kind !== "steps" &&
                    <Choices offer={offer} settings={settings} onChoose={choose} />}
            </div>
            <Drawing key={settings.kind} table={table} text={props.text} settings={settings} />
        </div>
    );
}

function Choices(props: { offer: ChartOffer; settings: ChartSettings; onChoose: (next: ChartSettings) => void }): JSX.Element {
    const { offer, settings, onChoose } = props;
    const isSplit = settings.by !== "" || settings.kind === "bars";
    return (
        <>
            <Choice label="of" value={settings.y[0] ?? ""} choices={offer.yChoices}
                all={!isSplit && offer.yChoices.length > 1 ? settings.y.length : 0}
                onChoose={(name) => onChoose({ ...settings,
                    y: name === "" ? offer.yChoices.filter((one) => one !== settings.x) : [name] })} />
            <Choice label="by" value={settings.x} choices={offer.xChoices}
                onChoose={(name) => onChoose({ ...settings, x: name })} />
            {settings.kind !== "bars" && offer.byChoices.length > 0 &&
                <Choice label="for each" value={settings.by} choices={["", ...offer.byChoices]}
                    onChoose={(name) => onChoose({ ...settings, by: name, y: name === "" ? settings.y : settings.y.slice(0, 1) })} />}
        </>
    );
}

/* `all`: how many of the choices are shown, where several may be. */
function Choice(props: {
    label: string; value: string; choices: string[]; all?: number; onChoose: (name: string) => void;
}): JSX.Element {
    const hasAll = (props.all ?? 0) > 0;
    return (
        <label class="chart-choice">
            {props.label}
            <select class="field" value={(props.all ?? 0) > 1 ? "" : props.value}
                onChange={(event) => props.onChoose(event.currentTarget.value)}>
                {hasAll && <option value="">all numbers</option>}
                {props.choices.map((name) => <option key={name} value={name}>{name === "" ? "nothing" : name}</option>)}
            </select>
        </label>
    );
}

function Drawing(props: { table: Table; text: string; settings: ChartSettings }): JSX.Element {
    const { table, settings } = props;
    const key = JSON.stringify(settings);
    const rows = table.rowCount;
    const lines = useMemo(() => settings.kind === "lines" || settings.kind === "columns" ? linesOf(table, settings) : null,
        [table, key, rows]);
    if (lines !== null)
        return lines.x.length === 0 ? <p class="note">There is no value to draw: choose other columns.</p> : (
            <>
                <LineChart lines={lines} isColumns={settings.kind === "columns"}
                    label={`${lines.series.map((series) => series.name).join(", ")} by ${settings.x}, ${formatCount(lines.x.length)} points`} />
                {lines.left > 0 && <p class="chart-note">The {lines.series.length} largest are shown, {formatCount(lines.left)} are not.</p>}
            </>
        );
    if (settings.kind === "sequence")
        return <Sequence table={table} text={props.text} />;
    const bars = settings.kind === "steps" ? stepsOf(table, settings) : barsOf(table, settings);
    return (
        <>
            <BarChart bars={bars} isSteps={settings.kind === "steps"} label={`${settings.y[0] ?? ""} by ${settings.x}`} />
            {settings.kind === "bars" && rows > BARS_MAX &&
                <p class="chart-note">The first {BARS_MAX} of {formatCount(rows)} rows are shown: ORDER BY and LIMIT choose others.</p>}
        </>
    );
}

function Sequence(props: { table: Table; text: string }): JSX.Element {
    const steps = sequenceOf(props.table, stepCount(props.text));
    const bars: Bar[] = steps.map((step) => ({
        name: step.name, value: step.medianMs, text: formatDuration(step.medianMs),
        notes: [`median of ${formatCount(step.count)}`, `90 % within ${formatDuration(step.slowMs)}`],
    }));
    return <BarChart bars={bars} isSteps label="Time from each step to the next" />;
}
