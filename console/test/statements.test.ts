/* SPDX-License-Identifier: Apache-2.0 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { explained, languageOf, mayDefine, splitStatements, statementAt } from "../src/language/statements";

const split = (text: string): string[] => splitStatements(text).map((statement) => statement.text);

const cases: [string, string, string[]][] = [
    ["nothing", " \n;; -- only this;\n", []],
    ["two", "SELECT 1; SELECT 2;", ["SELECT 1", "SELECT 2"]],
    ["none at the end", "SELECT 1;\nSELECT 2", ["SELECT 1", "SELECT 2"]],
    ["a string", "SELECT ';''; '; x", ["SELECT ';''; '", "x"]],
    ["a string with escapes", "SELECT E'\\';'; x", ["SELECT E'\\';'", "x"]],
    ["a backslash is none in SQL", "SELECT '\\'; x", ["SELECT '\\'", "x"]],
    ["a quoted name", 'SELECT ";"";"; x', ['SELECT ";"";"', "x"]],
    ["a native string has escapes", 'STORE a FOR "\\";"; x', ['STORE a FOR "\\";"', "x"]],
    ["comments", "SELECT 1 -- ; \n+ 1 /* ; /* ; */ ; */; x", ["SELECT 1 -- ; \n+ 1 /* ; /* ; */ ; */", "x"]],
    ["dollars", "SELECT $a$ ; $b$ ; $a$; x", ["SELECT $a$ ; $b$ ; $a$", "x"]],
    ["a parameter is no dollar quote", "SELECT $1; x $1", ["SELECT $1", "x $1"]],
    ["a batch", "BATCH [ STORE a FOR b PAYLOAD {}; PING ]; PING", ["BATCH [ STORE a FOR b PAYLOAD {}; PING ]", "PING"]],
    ["an open string", "SELECT 'x; y", ["SELECT 'x; y"]],
];

for (const [name, text, expected] of cases)
    test(`statements: ${name}`, () => assert.deepEqual(split(text), expected));

test("a statement knows where it is", () => {
    const text = "  SELECT 1 ;\n\n-- next\nQUERY a ;";
    for (const statement of splitStatements(text))
        assert.equal(text.slice(statement.from, statement.to), statement.text);
    assert.equal(statementAt(text, 0)?.text, "SELECT 1");
    assert.equal(statementAt(text, 11)?.text, "SELECT 1");
    assert.equal(statementAt(text, text.indexOf("QUERY") + 2)?.text, "QUERY a");
    assert.equal(statementAt(text, text.length)?.text, "QUERY a");
    assert.equal(statementAt("", 0), null);
});

test("the first words decide the language", () => {
    for (const text of ["query x", "/* a */ -- b\n PLOT count OF x", "REPLAY FOR a", "CREATE USER ann", "GRANT READ ON a TO b",
        "EXPLAIN QUERY a", "explain (costs off) replay for x"])
        assert.equal(languageOf(text), "native", text);
    for (const text of ["", "SELECT 1", "CREATE TABLE t ()", "GRANT SELECT ON a TO b", "EXPLAIN SELECT 1", "queryx"])
        assert.equal(languageOf(text), "sql", text);
});

test("what may change the catalogue", () => {
    assert.equal(mayDefine("SELECT 1; CREATE TABLE t ()"), true);
    assert.equal(mayDefine("SELECT 'create'"), false);
});

test("the plan of a statement is asked for in its language", () => {
    const explain = (text: string): string | null => {
        const [statement] = splitStatements(text);
        return statement === undefined ? null : explained(statement, true);
    };
    assert.equal(explain("select 1"), "EXPLAIN ANALYZE select 1");
    assert.equal(explain("QUERY a COUNT"), "EXPLAIN ANALYZE QUERY a COUNT");
    assert.equal(explain("EXPLAIN select 1"), "EXPLAIN select 1");
    assert.equal(explain("STORE a FOR b PAYLOAD {}"), null);
});
