/* SPDX-License-Identifier: Apache-2.0 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldType } from "../src/types/field_type";
import { defineStatement, emptyField, type KnownField, storeStatement } from "../src/types/statement";

const json = (type: string, text: string): string | null => {
    const parsed = fieldType(type).parse(text);
    return "json" in parsed ? parsed.json : null;
};

/* Type, text, JSON or null for what it cannot be. */
const values: [string, string, string | null][] = [
    ["string", 'a "b"', '"a \\"b\\""'],
    ["i64", "9223372036854775807", "9223372036854775807"],
    ["i64", "9223372036854775808", null],
    ["i64", "1.0", null],
    ["u64", "18446744073709551615", "18446744073709551615"],
    ["u64", "-1", null],
    ["smallint", "32768", null],
    ["f64", "1e9", "1e9"],
    ["f64", ".5", null],
    ["decimal(10,2)", "12345678.90", "12345678.90"],
    ["decimal(10,2)", "123456789", null],
    ["decimal(10,2)", "1.234", null],
    ["decimal", "1.23456789012345678901234567890", "1.23456789012345678901234567890"],
    ["bool", "true", "true"],
    ["bool", "yes", null],
    ["datetime", "2026-01-31T10:11:12.5+02:00", '"2026-01-31T10:11:12.5+02:00"'],
    ["datetime", "tomorrow", null],
    ["date", "2026-01-31", '"2026-01-31"'],
    ["uuid", "01234567-89ab-cdef-0123-456789abcdef", '"01234567-89ab-cdef-0123-456789abcdef"'],
    ["uuid", "01234567", null],
    ["json", '{"a": [1.50]}', '{"a": [1.50]}'],
    ["json", "{a}", null],
    ['["web", "shop"]', "shop", '"shop"'],
    ['["web", "shop"]', "mall", null],
];
for (const [type, text, expected] of values)
    test(`values: ${type} ${text}`, () => assert.equal(json(type, text), expected));

test("a definition", () => {
    const fields = [
        { ...emptyField(), name: "total", choice: "decimal" as const, isOptional: true },
        { ...emptyField(), name: "by the way", choice: "enum" as const, labels: "web\n\n shop \n" },
    ];
    const { statement, wrong } = defineStatement("order placed", fields);
    assert.equal(statement,
        'DEFINE "order placed" FIELDS {\n  "total": "decimal(10,2) | null",\n  "by the way": ["web", "shop"]\n}');
    assert.equal(wrong.size, 0);
});

test("a definition that lacks something", () => {
    const fields = [
        { ...emptyField(), name: "event_id" },
        { ...emptyField(), name: "a", choice: "enum" as const },
        { ...emptyField(), name: "a", choice: "decimal" as const, scale: "39" },
    ];
    const { wrong } = defineStatement("stele_own", fields);
    assert.deepEqual([...wrong.keys()].sort(), ["field 0", "field 2", "kind 1", "kind 2", "name"]);
});

const FIELDS: KnownField[] = [
    { name: "page", type: "string", isOptional: false },
    { name: "cost", type: "decimal(10,2)", isOptional: true },
    { name: "count", type: "i64", isOptional: false },
];

test("an event", () => {
    const { statement, wrong } = storeStatement("visit", FIELDS, {
        context: "visitor 1", time: "2026-01-31", values: { page: "", count: "3" },
    });
    assert.equal(statement, 'STORE visit FOR "visitor 1" AT "2026-01-31" PAYLOAD {"page": "", "count": 3}');
    assert.equal(wrong.size, 0);
});

test("an event that lacks something", () => {
    const { wrong } = storeStatement("visit", FIELDS, { context: "", time: "soon", values: { cost: "x" } });
    assert.deepEqual([...wrong.keys()].sort(), ["context", "field cost", "field count", "time"]);
});
