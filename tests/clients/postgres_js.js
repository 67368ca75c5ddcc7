// SPDX-License-Identifier: Apache-2.0
// postgres.js: named statements described before they run, array types that it
// looks up for itself, pipelines, cursors, COPY, LISTEN.
'use strict';

const assert = require('assert');
const { pipeline } = require('stream/promises');
const postgres = require('postgres');
const { TEXT, DEFINE, COLUMNS, ROWS, SLOW, CONFIG, named, fails, main } =
	require('./every');

// Texts as they came: numbers and dates of JavaScript hold less.
const as_text = (oid) => ({
	to: oid, from: [oid], serialize: (text) => text, parse: (text) => text,
});

async function valuesRound(sql) {
	await sql.unsafe(DEFINE);
	const exact = postgres({
		...CONFIG, max: 1, connection: { TimeZone: 'UTC' },
		types: Object.fromEntries([16, 20, 701, 1082, 1184, 1700, 3802]
			.map((oid) => [oid, as_text(oid)])),
	});
	for (const [context, row] of Object.entries(ROWS)) {
		const event = { context_id: context, ...named(row) };
		const done = await exact`INSERT INTO every ${exact(event)}`;
		assert.deepStrictEqual([done.command, done.count], ['INSERT', 1]);
	}
	for (const [context, row] of Object.entries(ROWS)) {
		const got = await exact`SELECT ${exact(COLUMNS)} FROM every
			WHERE context_id = ${context}`;
		assert.deepStrictEqual({ ...got[0] }, named(row));
	}
	await exact.end();
}

async function driverTypes(sql) {
	const at = new Date('2026-01-02T03:04:05.678Z');
	const event = {
		context_id: 'js', t: at, f: 0.1, b: true, i: '7', n: '1.50',
		j: sql.json({ a: [1, 'é'] }),
	};
	await sql`INSERT INTO every ${sql(event)}`;
	const [got] = await sql`SELECT t, f, b, i, n, j FROM every
		WHERE context_id = 'js'`;
	assert.deepStrictEqual({ ...got }, {
		t: at, f: 0.1, b: true, i: '7', n: '1.5000000000',
		j: { a: [1, 'é'] },
	});
	// Its own look at pg_type tells it which types are arrays.
	const [arrays] = await sql`SELECT ${sql.array(['a,"b', 'c'])} AS t,
		ARRAY[ARRAY[1, 2], ARRAY[3, 4]] AS i, ARRAY[true] AS b`;
	assert.deepStrictEqual({ ...arrays },
		{ t: ['a,"b', 'c'], i: [[1, 2], [3, 4]], b: [true] });
	const some = await sql`SELECT g FROM generate_series(1, 9) AS g
		WHERE g IN ${sql([2, 3, 11])} OR g = ANY(${[5]}) ORDER BY g`;
	assert.deepStrictEqual(some.map((row) => row.g), [2, 3, 5]);
}

async function describes(sql) {
	const told = await sql`SELECT s, i, t FROM every
		WHERE context_id = ${'c'} AND i > ${1}`.describe();
	assert.deepStrictEqual(told.types, [25, 20]);
	assert.deepStrictEqual(told.columns.map((c) => [c.name, c.type]),
		[['s', 25], ['i', 20], ['t', 1184]]);
	assert.ok(told.columns[0].table >= 16384);
	assert.strictEqual(told.columns[0].number, 4);
	const columns = await sql`SELECT column_name, udt_name
		FROM information_schema.columns WHERE table_name = 'every'
		ORDER BY ordinal_position`;
	assert.deepStrictEqual(columns.map((c) => c.column_name),
		['context_id', 'timestamp', 'event_id', ...COLUMNS]);
	assert.strictEqual(columns[7].udt_name, 'bool');
}

async function manyRows(sql) {
	const events = Array.from({ length: 500 },
		(_, i) => ({ context_id: 'many', i: String(i), s: TEXT }));
	await sql`INSERT INTO every ${sql(events)}`;
	// A pipeline: none waits for the one before it.
	const sums = await Promise.all(Array.from({ length: 50 }, (_, i) =>
		sql`SELECT i::int + ${i}::int AS sum FROM every
			WHERE context_id = 'many' AND i = ${i}`));
	assert.deepStrictEqual(sums.map((rows) => rows[0].sum),
		Array.from({ length: 50 }, (_, i) => 2 * i));
	const two = await sql`SELECT 1 AS a; SELECT 2 AS b`.simple();
	assert.deepStrictEqual(two.map((rows) => ({ ...rows[0] })),
		[{ a: 1 }, { b: 2 }]);
	const stored = await sql`STORE every FOR ${'stored'}
		PAYLOAD ${sql.json({ i: 5 })}`;
	assert.strictEqual(stored.command, 'INSERT');
	const found = await sql`QUERY every FOR stored RETURN [i]`;
	assert.strictEqual(found[0].i, '5');
}

async function errorsAndTransactions(sql) {
	await fails(sql`SELECT nothing FROM every`, '42703');
	await fails(sql`SELECT 1 / ${0}::int`, '22012');
	await fails(sql`INSERT INTO every (context_id, i) VALUES ('c', ${'x'})`,
		'22P02');
	await fails(sql`UPDATE every SET i = 1`, '0A000');
	const count = async () => Number((await sql`SELECT count(*) FROM every
		WHERE context_id = 'block'`)[0].count);
	await fails(sql.begin(async (block) => {
		await block`INSERT INTO every (context_id) VALUES ('block')`;
		await block`SELECT nothing`;
	}), '42703');
	assert.strictEqual(await count(), 0);
	await sql.begin('READ WRITE', async (block) => {
		await block`INSERT INTO every (context_id) VALUES ('block')`;
		await fails(block.savepoint(async (inner) => {
			await inner`INSERT INTO every (context_id) VALUES ('block')`;
			await inner`SELECT 1 / 0`;
		}), '22012');
	});
	assert.strictEqual(await count(), 1);
	const [first] = await sql`INSERT INTO every (context_id)
		VALUES ('returned') RETURNING event_id`;
	assert.ok(first.event_id > 0);
}

async function copies(sql) {
	const lines = Array.from({ length: 1000 }, (_, i) => `copied\t${i}\n`);
	const into = await sql`COPY every (context_id, i) FROM STDIN`.writable();
	await pipeline(lines, into);
	const out = await sql`COPY (SELECT i FROM every
		WHERE context_id = 'copied' ORDER BY event_id) TO STDOUT`.readable();
	let text = '';
	for await (const chunk of out)
		text += chunk;
	assert.strictEqual(text, lines.map((line) => line.slice(7)).join(''));
}

async function streams(sql) {
	const numbers = sql`SELECT g FROM generate_series(1, 100000) AS g`;
	let sum = 0;
	for await (const rows of numbers.cursor(1000))
		sum += rows.reduce((total, row) => total + row.g, 0);
	assert.strictEqual(sum, 5000050000);
	sum = 0;
	await sql`SELECT g FROM generate_series(1, 100000) AS g`.forEach(
		(row) => { sum += row.g; });
	assert.strictEqual(sum, 5000050000);
	// One that is left in the middle.
	for await (const [row] of
		sql`SELECT g FROM generate_series(1, 100000) AS g`.cursor()) {
		if (row.g === 3)
			break;
	}
}

async function cancels(sql) {
	const query = sql.unsafe(SLOW);
	setTimeout(() => query.cancel(), 200);
	await fails(query, '57014');
	assert.strictEqual((await sql`SELECT 42 AS a`)[0].a, 42);
}

async function listens(sql) {
	const heard = [];
	let wake;
	const subscribed = await sql.listen('every', (text) => {
		heard.push(text);
		wake();
	});
	const woken = new Promise((resolve) => { wake = resolve; });
	const [{ event_id: id }] = await sql`INSERT INTO every (context_id)
		VALUES ('heard') RETURNING event_id`;
	await woken;
	assert.deepStrictEqual(heard, [`every:${id}`]);
	await subscribed.unlisten();
	await sql.notify('every', 'unheard');
	assert.strictEqual(heard.length, 1);
}

main([valuesRound, driverTypes, describes, manyRows, errorsAndTransactions,
	copies, streams, cancels, listens],
	() => [postgres({ ...CONFIG, max: 2 })], (sql) => sql.end());
