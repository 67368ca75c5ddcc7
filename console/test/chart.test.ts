/* SPDX-License-Identifier: Apache-2.0 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { barsOf, linesOf, offerChart, sequenceOf, stepCount, stepsOf, withKind } from "../src/chart/chart_model";
import { appendRows } from "../src/data/rows";
import { Table } from "../src/data/table";

function table(columns: [string, string][], rows: string): Table {
    const made = new Table(columns.map(([name, logicalType]) => ({ name, logicalType })));
    appendRows(made, rows, 0);
    return made;
}

const byDay = table([["day", "Timestamp"], ["kind", "String"], ["count", "Integer"]],
    '[["2026-01-02T00:00:00.000000Z","b",5],["2026-01-01T00:00:00.000000Z","a",1],["2026-01-02T00:00:00.000000Z","a",2]]');

test("a chart is offered where there is something to draw", () => {
    assert.deepEqual(offerChart(byDay, "")?.kinds, ["lines", "columns", "bars"]);
    assert.deepEqual(offerChart(byDay, "")?.settings, { kind: "lines", x: "day", y: ["count"], by: "kind" });
    const only = (columns: [string, string][], rows: string): unknown => offerChart(table(columns, rows), "")?.kinds;
    assert.deepEqual(only([["name", "String"], ["n", "Float"]], '[["a",1],["b",2]]'), ["bars"]);
    assert.deepEqual(only([["first", "Integer"], ["second.count_unique_context_id", "Integer"]], "[[9,3]]"), ["steps"]);
    assert.equal(only([["name", "String"], ["event_id", "Integer"]], '[["a",1],["b",2]]'), undefined);
    assert.equal(only([["name", "String"]], '[["a"],["b"]]'), undefined);
    assert.equal(only([["timestamp", "Timestamp"], ["event_id", "Integer"], ["version", "Integer"]],
        '[["2026-01-01T00:00:00.000000Z",1,1],["2026-01-02T00:00:00.000000Z",2,1]]'), undefined);
    assert.equal(only([["day", "Date"], ["n", "Integer"]], "[]"), undefined);
});

test("lines: in the order of x, a series for each of the texts, nothing where nothing is", () => {
    const lines = linesOf(byDay, { kind: "lines", x: "day", y: ["count"], by: "kind" });
    assert.deepEqual(lines.x, [1767225600, 1767312000]);
    assert.deepEqual(lines.series.map(({ name, values }) => [name, values]), [["b", [null, 5]], ["a", [1, 2]]]);
    assert.equal(lines.left, 0);
});

test("lines: the largest of many series", () => {
    const rows = Array.from({ length: 10 }, (_, i) => `["2026-01-01","s${i}",${i}]`).join(",");
    const many = table([["day", "Date"], ["s", "String"], ["n", "Integer"]], `[${rows}]`);
    const lines = linesOf(many, { kind: "lines", x: "day", y: ["n"], by: "s" });
    assert.deepEqual(lines.series.map((series) => series.name), ["s9", "s8", "s7", "s6", "s5", "s4"]);
    assert.equal(lines.left, 4);
});

test("another kind takes what suits it", () => {
    const offer = offerChart(byDay, "");
    assert.ok(offer !== null);
    const bars = withKind(byDay, offer.settings, "bars");
    assert.deepEqual([bars.x, bars.by], ["kind", ""]);
    assert.deepEqual(withKind(byDay, bars, "lines").x, "day");
    assert.deepEqual(barsOf(byDay, bars).map((bar) => [bar.name, bar.value]), [["b", 5], ["a", 1], ["a", 2]]);
});

test("steps are shares of the first and of the one before", () => {
    const funnel = table([["a", "Integer"], ["b", "Integer"], ["c", "Integer"]], "[[200,100,25]]");
    const settings = offerChart(funnel, "")?.settings;
    assert.deepEqual([settings?.kind, settings?.y], ["steps", ["a", "b", "c"]]);
    assert.deepEqual(stepsOf(funnel, settings as never).map((bar) => bar.notes), [
        [], ["50.0 % of the first", "50.0 % of the one before"], ["12.5 % of the first", "25.0 % of the one before"],
    ]);
});

test("a sequence: how long each step took, of whole matches", () => {
    const text = "QUERY a FOLLOWED BY b FOLLOWED BY c LINKED BY x";
    assert.deepEqual([stepCount(text), stepCount("SELECT 1")], [3, 0]);
    const at = (s: number): string => `"2026-01-01T00:00:${String(s).padStart(2, "0")}.000000Z"`;
    const rows = [["a", 0], ["b", 2], ["c", 12], ["a", 1], ["b", 5], ["c", 6], ["a", 9]] as const;
    const made = table([["event_type", "String"], ["timestamp", "Timestamp"], ["event_id", "Integer"]],
        `[${rows.map(([type, s], i) => `["${type}",${at(s)},${i}]`).join(",")}]`);
    assert.equal(offerChart(made, text)?.settings.kind, "sequence");
    assert.deepEqual(sequenceOf(made, 3), [
        { name: "a → b", count: 2, medianMs: 4000, slowMs: 4000 },
        { name: "b → c", count: 2, medianMs: 10000, slowMs: 10000 },
    ]);
});
