/* SPDX-License-Identifier: Apache-2.0 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { appendRows } from "../src/data/rows";
import { Table } from "../src/data/table";
import { type Cells, csvRow, jsonRow, toJson, toMarkdown, toTsv } from "../src/result/copy";
import { columnEdges, ROW_HEIGHT, scrollHeight, scrollToRow, visibleColumns, visibleRows } from "../src/result/layout";
import { parsePlan } from "../src/result/plan";
import { prettyJson } from "../src/result/pretty";
import { sortRows } from "../src/result/sort";
import { unfold } from "../src/result/unfold";

function table(columns: [string, string][], rows: string): Table {
    const made = new Table(columns.map(([name, logicalType]) => ({ name, logicalType })));
    appendRows(made, rows, 0);
    return made;
}

const all = (made: Table): Cells => ({ columns: made.columns, rowCount: made.rowCount, rowAt: (i) => i });

/* ---- layout ---- */

test("every row can be scrolled to, of a few and of very many", () => {
    const height = 400;
    for (const count of [1, 10, 1000, 1_000_000, 50_000_000]) {
        for (const row of [0, 1, 17, Math.floor(count / 2), count - 1]) {
            if (row >= count)
                continue;
            const top = scrollToRow(row, 0, height, count);
            const range = visibleRows(top, height, count);
            assert.ok(range.first <= row && row < range.first + range.count, `row ${row} of ${count}`);
            assert.ok(top <= Math.max(0, scrollHeight(count) - height) + 1, `row ${row} of ${count}: ${top}`);
        }
    }
});

test("the ends of the scroll bar are the ends of the rows", () => {
    for (const count of [100, 1_000_000]) {
        assert.equal(visibleRows(0, 400, count).first, 0);
        const last = visibleRows(scrollHeight(count) - 400, 400, count);
        assert.equal(last.first + last.count, count);
    }
});

test("a row that is seen is not scrolled to", () => {
    assert.equal(scrollToRow(5, 3 * ROW_HEIGHT, 10 * ROW_HEIGHT, 1000), 3 * ROW_HEIGHT);
});

test("columns that the view meets", () => {
    const edges = columnEdges([100, 50, 200]);
    assert.deepEqual(edges, [0, 100, 150, 350]);
    assert.deepEqual(visibleColumns(edges, 0, 100), [0, 1]);
    assert.deepEqual(visibleColumns(edges, 99, 2), [0, 2]);
    assert.deepEqual(visibleColumns(edges, 100, 400), [1, 3]);
    assert.deepEqual(visibleColumns([0], 0, 400), [0, 0]);
});

/* ---- order ---- */

test("rows by a column: by value, nulls last, equal ones as they came", () => {
    const made = table([["n", "Integer"], ["t", "String"]],
        '[[2,"b"],[null,"a"],[10,null],[2,"B"],[9007199254740993,"b"],[9007199254740992,"ä"]]');
    const order = (name: string, direction: "ascending" | "descending"): number[] =>
        [...sortRows(made.column(name) as never, made.rowCount, direction)];
    assert.deepEqual(order("n", "ascending"), [0, 3, 2, 5, 4, 1]);
    assert.deepEqual(order("n", "descending"), [4, 5, 2, 0, 3, 1]);
    assert.deepEqual(order("t", "ascending"), [3, 1, 0, 4, 5, 2]);
    assert.deepEqual(order("t", "descending"), [5, 0, 4, 1, 3, 2]);
});

/* ---- JSON ---- */

test("the keys of JSON are columns, with their digits", () => {
    const made = table([["payload", "Unknown"]],
        '[[{"total":19.90,"ok":true,"to":{"zip":"1, 2","n":1.50}}],[{"total":null,"late":"x"}],[null],["text"]]');
    const columns = unfold(made.columns[0] as never, made.rowCount);
    assert.deepEqual(columns.map((column) => [column.name, column.kind]), [
        ["payload.total", "float"], ["payload.ok", "bool"], ["payload.to", "json"], ["payload.late", "text"],
    ]);
    const rows = Array.from({ length: 4 }, (_, row) => columns.map((column) => column.text(row)));
    assert.deepEqual(rows, [
        ["19.90", "true", '{"zip":"1, 2","n":1.50}', null], [null, null, null, "x"],
        [null, null, null, null], [null, null, null, null],
    ]);
    assert.equal(columns[0]?.number(0), 19.9);
});

test("JSON on several lines says the same", () => {
    const text = '{"a":[1.50,"{\\"x\\": [}"],"b":{},"c":[],"d":{"e":null}}';
    const pretty = prettyJson(text);
    assert.deepEqual(JSON.parse(pretty), JSON.parse(text));
    assert.ok(pretty.includes("1.50"));
    assert.ok(pretty.split("\n").length > 5);
    assert.equal(prettyJson("12"), "12");
});

/* ---- copies ---- */

const rows = table([["id", "Integer"], ["a|b", "String"], ["j", "Unknown"]],
    '[[9007199254740993,"x\\ty\\"\\nz",{"k":1.0}],[null,"",null]]');

test("copies: with tabs", () => {
    assert.equal(toTsv(all(rows)), 'id\ta|b\tj\n9007199254740993\t"x\ty""\nz"\t"{""k"":1.0}"\n\t\t');
    assert.equal(toTsv({ columns: rows.columns.slice(1, 2), rowCount: 1, rowAt: () => 0 }), 'x\ty"\nz');
});

test("copies: Markdown", () => {
    assert.equal(toMarkdown(all(rows)),
        '| id | a\\|b | j |\n| ---: | --- | --- |\n| 9007199254740993 | x\ty" z | {"k":1.0} |\n|  |  |  |');
});

test("copies: JSON keeps digits", () => {
    assert.equal(jsonRow(rows.columns, 0), '{"id":9007199254740993,"a|b":"x\\ty\\"\\nz","j":{"k":1.0}}');
    assert.equal(JSON.parse(toJson(all(rows))).length, 2);
    const special = table([["f", "Float"]], '[["NaN"]]');
    assert.equal(jsonRow(special.columns, 0), '{"f":"NaN"}');
});

test("CSV tells null from the empty string", () => {
    assert.equal(csvRow(["a", null, "", 'q"', "x,y", "l\n"]), 'a,,"","q""","x,y","l\n"\r\n');
});

/* ---- plans ---- */

test("a plan is a tree with the time of each step", () => {
    const plan = parsePlan([
        "Project  (cost=1.0..2.0 rows=1 width=8) (actual time=0.1..5.0 rows=1 loops=1)",
        "  ->  Aggregate  (cost=1.0..2.0 rows=1 width=8) (actual time=0.1..4.0 rows=1 loops=1)",
        "        Memory: 3kB",
        "        ->  Scan on a  (cost=0.0..1.0 rows=9 width=0) (actual time=0.0..1.5 rows=3 loops=2)",
        "              Segments: 0 of 0",
        "        ->  Scan on b  (never executed)",
        "Execution Time: 5.1 ms",
    ]);
    const [root] = plan.roots;
    const aggregate = root?.children[0];
    assert.equal(plan.roots.length, 1);
    assert.deepEqual([root?.title, aggregate?.title], ["Project", "Aggregate"]);
    assert.deepEqual(aggregate?.details, ["Memory: 3kB"]);
    assert.deepEqual(aggregate?.children.map((child) => child.title), ["Scan on a", "Scan on b"]);
    assert.deepEqual([root?.ownMs, aggregate?.ownMs, aggregate?.children[0]?.ownMs], [1, 1, 3]);
    assert.deepEqual(plan.footer, ["Execution Time: 5.1 ms"]);
});
