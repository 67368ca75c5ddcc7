/* SPDX-License-Identifier: Apache-2.0 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Entry, ENTRIES_MAX, search, withEntry } from "../src/ask/history";
import { formatBytes, formatDuration, formatShort } from "../src/format";
import { quoteName, quoteSql } from "../src/language/quote";
import { hrefOf, parseRoute } from "../src/router";
import { findTargets } from "../src/jump";
import { parseMicros, rfc3339 } from "../src/data/time";

const entry = (text: string, at = 0): Entry => ({ text, at, ms: 1, rows: 1, error: "" });

test("history: newest first, the same text in a row once, bounded", () => {
    let entries: Entry[] = [];
    for (const text of ["a", "b", "b", "a"])
        entries = withEntry(entries, entry(text));
    assert.deepEqual(entries.map((one) => one.text), ["a", "b", "a"]);
    for (let i = 0; i < ENTRIES_MAX + 10; i++)
        entries = withEntry(entries, entry(`q${i}`));
    assert.equal(entries.length, ENTRIES_MAX);
    assert.equal(entries[0]?.text, `q${ENTRIES_MAX + 9}`);
    for (let i = 0; i < 30; i++)
        entries = withEntry(entries, entry(`${i}`.padEnd(90_000)));
    assert.ok(entries.reduce((sum, one) => sum + one.text.length, 0) <= 1_000_000);
});

test("history: secrets are not kept", () => {
    for (const text of ['CREATE USER ann WITH KEY "a secret"', "ALTER ROLE ann PASSWORD 'x'", "rotate key ann with key 'x'"])
        assert.deepEqual(withEntry([], entry(text)), []);
    assert.equal(withEntry([], entry("SELECT key FROM t")).length, 1);
});

test("history: found by all of some words", () => {
    const entries = [entry("SELECT a FROM orders"), entry("QUERY orders"), entry("QUERY items")];
    assert.equal(search(entries, "ORDERS").length, 2);
    assert.deepEqual(search(entries, "orders query").map((one) => one.text), ["QUERY orders"]);
    assert.equal(search(entries, " ").length, 3);
});

test("durations, sizes and short numbers", () => {
    assert.deepEqual([0.123, 3.14159, 59.6, 1234, 23456, 125_000, 4_000_000, 180_000_000].map(formatDuration),
        ["0.12 ms", "3.1 ms", "60 ms", "1.23 s", "23.5 s", "2 min 5 s", "1 h 6 min", "2 d 2 h"]);
    assert.deepEqual([0, 1023, 1024, 1536 * 1024, 123 * 1024 ** 3].map(formatBytes),
        ["0 B", "1023 B", "1.0 KiB", "1.5 MiB", "123 GiB"]);
    assert.deepEqual([0, 0.00012345, 1.25, 12345, 1_200_000, 2e9, -3e12].map(formatShort),
        ["0", "0.0001", "1.25", "12,345", "1.2M", "2G", "-3T"]);
});

test("names are quoted where they must be", () => {
    assert.deepEqual(["order-1", "a.b", "Jane's", '"'].map(quoteName), ["order-1", '"a.b"', '"Jane\'s"', '"\\""']);
    assert.deepEqual(["order_1", "Order", 'a"b'].map(quoteSql), ["order_1", '"Order"', '"a""b"']);
});

test("an address names a place, and back", () => {
    for (const name of ["order-1", "a/b?c#d", "ü %", ""]) {
        const route = parseRoute(hrefOf("context", name));
        assert.deepEqual([route.page, route.name], ["context", name]);
    }
    assert.equal(parseRoute("").page, "ask");
    assert.equal(parseRoute("#/ask?text=a%3Bb").parameters.get("text"), "a;b");
    assert.equal(parseRoute("#/context/%E0%A4%A").name, "%E0%A4%A");
});

test("jumping: pages, types, and any context", () => {
    assert.deepEqual(findTargets("order", ["order_placed", "item"]).map((target) => target.href),
        ["#/types/order_placed", "#/context/order"]);
    assert.equal(findTargets("", []).length, 4);
});

test("times to and from text", () => {
    assert.equal(parseMicros("1970-01-01"), 0);
    assert.equal(parseMicros("1970-01-01 00:00:01.5+00"), 1_500_000);
    for (const text of ["2026-02-28T12:00:00.123456Z", "1600-02-29T00:00:00.000000Z", "9999-12-31T23:59:59.000000Z"])
        assert.equal(rfc3339(parseMicros(text) as number), text);
    for (const text of ["infinity", "", "2026-1-1", "+12026-01-01T00:00:00Z", "2026-01-01T00:00:00+02:00"])
        assert.equal(parseMicros(text), null);
});
