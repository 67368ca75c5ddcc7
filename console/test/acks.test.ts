/* SPDX-License-Identifier: Apache-2.0 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Acks } from "../src/health/acks";

const rows = (...counts: [number, number][]) =>
    counts.map(([upTo, count]) => ({ up_to_ms: String(upTo), count: String(count) }));

test("what was between two looks", () => {
    const acks = new Acks();
    assert.deepEqual(acks.read(rows([1, 1000])), { p50: NaN, p99: NaN });
    assert.deepEqual(acks.read(rows([8, 2], [1, 1050], [2, 48])), { p50: 1, p99: 8 });
    assert.deepEqual(acks.read(rows([8, 2], [1, 1050], [2, 48])), { p50: NaN, p99: NaN });
    assert.deepEqual(acks.read(rows([8, 2], [1, 1050], [2, 148])), { p50: 2, p99: 2 });
});

test("a server that has begun anew", () => {
    const acks = new Acks();
    acks.read(rows([1, 1000]));
    assert.deepEqual(acks.read(rows([1, 3])), { p50: NaN, p99: NaN });
    assert.deepEqual(acks.read(rows([1, 4])), { p50: 1, p99: 1 });
});
