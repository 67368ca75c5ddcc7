/* SPDX-License-Identifier: Apache-2.0 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Json, parseJson, plainText } from "../src/parts/json";
import { RowHeights } from "../src/parts/row_heights";
import { duration, utcMs } from "../src/parts/times";
import { Moments } from "../src/story/moments";
import { compare, HUES, huesOf, placesBefore, type StoryEvent } from "../src/story/story";

const event = (id: number, type: string, time: string, payload: string): StoryEvent => ({
    id, type, time, ms: utcMs(time), payload: parseJson(payload) as StoryEvent["payload"],
});

const STORY = [
    event(1, "placed", "2026-01-01T10:00:00.000000Z", '{"total": 20.00, "coupon": "X"}'),
    event(2, "paid", "2026-01-01T10:05:00.000000Z", '{"total": 20.00}'),
    event(3, "placed", "2026-01-01T09:00:00.000000Z", '{"total": 20.00, "gift": {"to": [1]}}'),
];

test("story: the event before is one of the same type", () =>
    assert.deepEqual([...placesBefore(STORY)], [-1, -1, 0]));

test("story: what an event has changed", () => {
    const { fields, gone } = compare(STORY[2] as StoryEvent, STORY[0]);
    assert.deepEqual([...fields], [["total", "same"], ["gift", "new"]]);
    assert.deepEqual(gone, ["coupon"]);
    const other = event(4, "placed", "", '{"total": 21, "gift": {"to": [2]}}');
    assert.deepEqual([...compare(other, STORY[2]).fields], [["total", "changed"], ["gift", "changed"]]);
    assert.deepEqual([...compare(STORY[0] as StoryEvent).fields], [["total", "same"], ["coupon", "same"]]);
});

test("story: fields that every object has by nature are nothing special", () => {
    const one = event(1, "a", "", '{"toString": 1, "__proto__": 2}');
    assert.deepEqual([...compare(one, event(2, "a", "", "{}")).fields],
        [["toString", "new"], ["__proto__", "new"]]);
});

test("story: hues are a type's own, as long as there are enough", () => {
    const types = Array.from({ length: HUES }, (_, i) => `type ${i}`);
    assert.equal(new Set(huesOf(types).values()).size, HUES);
    assert.equal(huesOf([...types, "one more"]).size, HUES + 1);
    assert.equal(huesOf(["offer"]).get("offer"), huesOf(["offer", "zero"]).get("offer"));
});

test("moments: in the order of time", () => {
    const moments = new Moments(STORY);
    assert.equal(moments.at(1), utcMs("2026-01-01T09:00:00Z"));
    assert.equal(moments.at(0), -Infinity);
    assert.equal(moments.until(utcMs("2026-01-01T10:00:00Z")), 2);
    assert.equal(moments.until(utcMs("2025-01-01T10:00:00Z")), 0);
    assert.equal(moments.at(3), utcMs("2026-01-01T10:05:00Z"));
});

test("json: numbers are what was written", () => {
    const value = parseJson('{"a": 12345678901234567890.10, "b": [25, "x"]}') as { a: Json; b: Json[] };
    /* Where the engine says what was written: browsers since 2024 do. */
    const isTold = "rawJSON" in JSON;
    assert.equal(plainText(value.a), isTold ? "12345678901234567890.10" : "12345678901234567000");
    assert.deepEqual(value.b.map(plainText), ["25", "x"]);
    assert.equal(plainText(null), "null");
});

const durations: [number, string][] = [
    [17, "17 ms"], [1250, "1.250 s"], [53_000, "53 s"], [125_000, "2 min 5 s"],
    [3_600_000, "1 h"], [273_600_000, "3 d 4 h"], [-60_000, "−1 min"],
];
for (const [ms, text] of durations)
    test(`durations: ${text}`, () => assert.equal(duration(ms), text));

test("row heights: guessed, then measured", () => {
    const heights = new RowHeights(1000, () => 100);
    assert.equal(heights.total, 100_000);
    assert.equal(heights.at(250), 2);
    assert.equal(heights.measure(1, 300), true);
    assert.equal(heights.measure(1, 300.4), false);
    assert.equal(heights.total, 100_200);
    assert.equal(heights.at(250), 1);
    assert.equal(heights.start(2), 400);
    assert.equal(heights.at(-5), 0);
    assert.equal(heights.at(1e9), 999);
});
