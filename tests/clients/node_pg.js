// SPDX-License-Identifier: Apache-2.0
// node-pg: parameters without types and as text, results as text.
'use strict';

const assert = require('assert');
const pg = require('pg');
const { TEXT, DEFINE, COLUMNS, ROWS, CONFIG, fails, main } = require('./every');

// Text as it came: the driver's own numbers and dates hold less.
const asText = { getTypeParser: () => (text) => text };

async function valuesRound(client) {
	await client.query(DEFINE);
	await client.query("SET TimeZone = 'UTC'");
	const places = Array.from({ length: 11 }, (_, i) => `$${i + 1}`);
	for (const [context, row] of Object.entries(ROWS))
		await client.query(`INSERT INTO every (context_id, ${COLUMNS})` +
			` VALUES (${places})`, [context, ...row]);
	for (const [context, row] of Object.entries(ROWS)) {
		const got = await client.query({
			text: `SELECT ${COLUMNS} FROM every WHERE context_id = $1`,
			values: [context], rowMode: 'array', types: asText,
		});
		assert.deepStrictEqual(got.rows, [row]);
	}
}

async function driverTypes(client) {
	const at = new Date('2026-01-02T03:04:05.678Z');
	await client.query('INSERT INTO every (context_id, t, f, b, j)' +
		' VALUES ($1, $2, $3, $4, $5)',
		['js', at, 0.1, true, { a: [1, 'é'] }]);
	const got = await client.query(
		"SELECT t, f, b, j FROM every WHERE context_id = 'js'");
	assert.deepStrictEqual({ ...got.rows[0] },
		{ t: at, f: 0.1, b: true, j: { a: [1, 'é'] } });
}

async function enums(client) {
	await client.query("CREATE TYPE color AS ENUM ('red', 'né')");
	await client.query('CREATE TABLE painted (shade color NOT NULL)');
	await client.query(
		"INSERT INTO painted (context_id, shade) VALUES ('e', $1)", ['né']);
	const got = await client.query('SELECT shade FROM painted');
	assert.deepStrictEqual({ ...got.rows[0] }, { shade: 'né' });
	await fails(client.query(
		"INSERT INTO painted (context_id, shade) VALUES ('e', $1)",
		['blue']), '22P02');
}

async function storeAndQuery(client) {
	const store = { name: 'store', text: 'STORE every FOR $1 PAYLOAD $2' };
	// Queued at once, answered in order.
	const results = await Promise.all([1, 2, 3].map((i) => client.query(
		{ ...store, values: ['stored', JSON.stringify({ i, s: TEXT })] })));
	assert.deepStrictEqual(results.map((r) => [r.command, r.rowCount]),
		Array(3).fill(['INSERT', 1]));
	const got = await client.query('QUERY every FOR stored RETURN [i, s]');
	assert.deepStrictEqual(got.rows.map((r) => [r.i, r.s]),
		[['1', TEXT], ['2', TEXT], ['3', TEXT]]);
	const story = await client.query('REPLAY FOR stored');
	assert.strictEqual(story.rowCount, 3);
	const two = await client.query('SELECT 1 AS a; SELECT 2 AS a');
	assert.deepStrictEqual(two.map((r) => r.rows[0].a), [1, 2]);
}

async function errorsAndRollback(client) {
	const count = 'SELECT count(*) FROM events';
	const before = (await client.query(count)).rows[0].count;
	await client.query('BEGIN');
	await client.query("INSERT INTO every (context_id) VALUES ('gone')");
	await fails(client.query('SELECT nothing FROM every'), '42703');
	await fails(client.query('SELECT 1'), '25P02');
	await client.query('ROLLBACK');
	assert.strictEqual((await client.query(count)).rows[0].count, before);
	await fails(client.query('SELECT 1 / $1::bigint', [0]), '22012');
	await fails(client.query('INSERT INTO every (context_id, i)' +
		" VALUES ('c', $1)", ['9223372036854775808']), '22003');
}

// What the catalogue says of a table, the way tools over node-pg ask it.
async function introspects(client) {
	const got = await client.query({
		text: 'SELECT column_name, data_type, is_nullable' +
			' FROM information_schema.columns WHERE table_name = $1' +
			' ORDER BY ordinal_position LIMIT 4',
		values: ['every'], rowMode: 'array',
	});
	assert.deepStrictEqual(got.rows, [
		['context_id', 'text', 'NO'],
		['timestamp', 'timestamp with time zone', 'NO'],
		['event_id', 'bigint', 'NO'],
		['s', 'text', 'YES'],
	]);
	const key = await client.query('SELECT a.attname FROM pg_index i' +
		' JOIN pg_attribute a ON a.attrelid = i.indrelid' +
		' AND a.attnum = ANY (i.indkey)' +
		" WHERE i.indrelid = 'every'::regclass AND i.indisprimary");
	assert.deepStrictEqual(key.rows.map((r) => r.attname), ['event_id']);
}

// Rows as they come, none of them kept.
async function streams(client) {
	const query = new pg.Query(
		"SELECT g, repeat('é', 20) AS s FROM generate_series(1, 100000) AS g");
	let count = 0, sum = 0;
	query.on('row', (row) => {
		count += row.s.length === 20;
		sum += row.g;
	});
	const ended = new Promise((resolve, reject) => {
		query.on('error', reject);
		query.on('end', resolve);
	});
	client.query(query);
	await ended;
	assert.deepStrictEqual([count, sum], [100000, 5000050000]);
}

async function cancel(client, config) {
	await client.query('DEFINE slow FIELDS { "s": "string" }');
	const values = Array(2000).fill(`('c', '${'a'.repeat(1000)}')`).join();
	for (let i = 0; i < 5; i++)
		await client.query(
			`INSERT INTO slow (context_id, s) VALUES ${values}`);
	const filter = Array.from({ length: 1000 },
		(_, i) => `s LIKE '%a%b${i}%'`).join(' OR ');
	const query = new pg.Query(`SELECT count(*) FROM slow WHERE ${filter}`);
	const ended = new Promise((resolve) => {
		query.on('error', (error) => resolve(error.code));
		query.on('end', () => resolve('not cancelled'));
	});
	client.query(query);
	setTimeout(() => new pg.Client(config).cancel(client, query), 200);
	assert.strictEqual(await ended, '57014');
	const got = await client.query('SELECT 42 AS a');
	assert.deepStrictEqual(got.rows[0].a, 42);
}

async function connect() {
	const client = new pg.Client(CONFIG);
	await client.connect();
	return [client, CONFIG];
}

main([valuesRound, introspects, driverTypes, enums, storeAndQuery,
	errorsAndRollback, streams, cancel], connect, (client) => client.end());
