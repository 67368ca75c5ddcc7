/* SPDX-License-Identifier: Apache-2.0 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FrameReader } from "../src/data/frames";
import { MalformedError } from "../src/data/rows";
import type { Table } from "../src/data/table";

interface Read {
    tables: Table[];
    others: Record<string, unknown>[];
    isWhole: boolean;
}

/* The text in pieces of so many characters. */
function read(text: string, size = text.length): Read {
    const result: Read = { tables: [], others: [], isWhole: false };
    const reader = new FrameReader({
        begin: (table) => result.tables.push(table),
        rows: () => undefined,
        end: () => undefined,
        other: (object) => result.others.push(object),
    });
    for (let at = 0; at < text.length; at += size)
        reader.feed(text.slice(at, at + size));
    result.isWhole = reader.finish();
    return result;
}

const schema = (...types: string[]): string => `{"type":"schema","columns":[${types.map((type, i) =>
    `{"name":"c${i}","logical_type":"${type}"}`).join(",")}]}\n`;
const batch = (rows: string): string => `{"type":"batch","rows":${rows}}\n`;
const end = (count: number): string => `{"type":"end","row_count":${count}}\n`;

/* The texts of the first table, a list a row. */
function texts(result: Read): (string | null)[][] {
    const table = result.tables[0] as Table;
    return Array.from({ length: table.rowCount }, (_, row) => table.columns.map((column) => column.text(row)));
}

test("an answer is the same however it is cut", () => {
    const text = schema("String", "Integer") + batch('[["a",1],["b\\"c\\\\",null]]') + batch('[["",3]]') + end(3);
    for (let size = 1; size <= text.length; size++) {
        const result = read(text, size);
        assert.deepEqual(texts(result), [["a", "1"], ['b"c\\', null], ["", "3"]]);
        assert.equal(result.isWhole, true);
    }
});

test("numbers keep their digits", () => {
    const numbers = ["0", "-1", "9007199254740993", "-9223372036854775808", "18446744073709551615", "19.90", "-0.0", "0.10",
        "1e+30", "12345678901234567890.123456789", "0.1", "1e-07", "123456789012345", "1234567890123456", "-0.000001",
        "1.00000000000000000000", "49986.227309003845"];
    const result = read(schema("Float") + batch(`[${numbers.map((n) => `[${n}]`).join(",")}]`) + end(numbers.length));
    assert.deepEqual(texts(result).map(([text]) => text), numbers);
    const column = result.tables[0]?.columns[0];
    numbers.forEach((text, row) => assert.equal(column?.number(row), Number(text), text));
});

test("what is no number in JSON is text, and sorts as it should", () => {
    const result = read(schema("Float") + batch('[["NaN"],["Infinity"],[null]]') + end(3));
    assert.deepEqual(texts(result), [["NaN"], ["Infinity"], [null]]);
    assert.equal(result.tables[0]?.columns[0]?.number(1), Infinity);
    assert.equal(result.tables[0]?.columns[0]?.number(2), null);
});

test("times are microseconds, shown as finely as some of them needs", () => {
    const times = read(schema("Timestamp", "Timestamp", "Timestamp") +
        batch('[["2026-01-31T10:11:12.000000Z","1969-12-31T23:59:59.999999Z",1767225600],["0044-03-15T00:00:00.000000Z","infinity",null]]') + end(2));
    assert.deepEqual(texts(times), [
        ["2026-01-31 10:11:12", "1969-12-31 23:59:59.999999", "2026-01-01 00:00:00"],
        ["0044-03-15 00:00:00", "infinity", null],
    ]);
    assert.equal(times.tables[0]?.columns[1]?.number(0), -1);
    assert.equal(times.tables[0]?.columns[1]?.number(1), Infinity);
    assert.equal(times.tables[0]?.columns[0]?.typeName, "time, UTC");
});

test("JSON is kept as it is written", () => {
    const values = ['{"a": [1, "]}", {"b": "\\\\"}], "n": 19.90}', "[]", '"text, ]"', "12.50", "true"];
    const result = read(schema("Unknown", "Boolean") + batch(`[${values.map((v) => `[${v},true]`).join(",")}]`) + end(5));
    assert.deepEqual(texts(result), values.map((value) => [value, "true"]));
});

test("several results, and what has no rows", () => {
    const result = read(schema("Integer") + batch("[[1]]") + end(1) + schema("Boolean") + batch("[]") + end(0) +
        '{"count":1,"status":200,"message":"OK","results":["done"]}\n');
    assert.equal(result.tables.length, 2);
    assert.equal(result.tables[1]?.rowCount, 0);
    assert.deepEqual(result.others[0]?.results, ["done"]);
});

test("an answer that breaks off is not whole", () => {
    const text = schema("Integer") + batch("[[1]]");
    assert.equal(read(text).isWhole, false);
    assert.equal(read(text).tables[0]?.isWhole, false);
});

test("every flipped or missing byte of rows is refused or harmless", () => {
    const rows = '[["a",1.5,null,{"k":[1]}],["b",-2,true,null]]';
    const head = schema("String", "Float", "Boolean", "Unknown");
    for (let at = 0; at < rows.length; at++) {
        for (const other of ["", "x", "\\", '"', "]", "["]) {
            try {
                const result = read(head + batch(rows.slice(0, at) + other + rows.slice(at + 1)) + end(2));
                for (const row of texts(result))
                    assert.equal(row.length, 4);
            } catch (cause) {
                assert.ok(cause instanceof MalformedError || cause instanceof SyntaxError, String(cause));
            }
        }
    }
});

test("rows before their columns are refused", () => {
    assert.throws(() => read(batch("[[1]]")), MalformedError);
});

test("many rows are in many chunks", () => {
    const count = 50_000;
    const rows = Array.from({ length: count }, (_, i) => `[${i},"t${i % 7}"]`);
    const result = read(schema("Integer", "String") + batch(`[${rows.join(",")}]`) + end(count), 65536);
    const table = result.tables[0] as Table;
    assert.equal(table.rowCount, count);
    for (const row of [0, 63, 64, 16383, 16384, count - 1])
        assert.deepEqual([table.text(row, "c0"), table.text(row, "c1")], [String(row), `t${row % 7}`]);
});
