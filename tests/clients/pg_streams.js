// SPDX-License-Identifier: Apache-2.0
// Beside node-pg: its pool, cursors and streams over portals, COPY, LISTEN; each
// of them with every type.
'use strict';

const assert = require('assert');
const { once } = require('events');
const { Readable } = require('stream');
const { pipeline } = require('stream/promises');
const pg = require('pg');
const Cursor = require('pg-cursor');
const QueryStream = require('pg-query-stream');
const { from, to } = require('pg-copy-streams');
const { DEFINE, COLUMNS, ROWS, SLOW, CONFIG, fails, main } =
	require('./every');

const NUMBERS = 'SELECT g FROM generate_series(1, $1::int) AS g';

async function cursors(client) {
	const cursor = client.query(new Cursor(NUMBERS, [100000]));
	assert.deepStrictEqual((await cursor.read(3)).map((row) => row.g),
		[1, 2, 3]);
	let sum = 6, rows;
	while ((rows = await cursor.read(1000)).length > 0)
		sum += rows.reduce((total, row) => total + row.g, 0);
	assert.strictEqual(sum, 5000050000);
	await cursor.close();
	const left = client.query(new Cursor(NUMBERS, [100000]));
	assert.strictEqual((await left.read(10)).length, 10);
	await left.close();
	await fails(client.query(new Cursor('SELECT nothing')).read(1), '42703');
	await fails(client.query(new Cursor(
		'SELECT 1 / (3 - g) FROM generate_series(1, 9) AS g')).read(9),
	'22012');
	assert.strictEqual((await client.query('SELECT 42 AS a')).rows[0].a, 42);
}

// The events by a cursor, by a stream and by COPY, all as text.
async function everyType(client) {
	const options = { rowMode: 'array',
		types: { getTypeParser: () => (text) => text } };
	const select = `SELECT ${COLUMNS} FROM every WHERE s IS NOT NULL` +
		' ORDER BY event_id';
	const expected = Object.values(ROWS).filter((row) => row[0] !== null);
	const places = Array.from({ length: 11 }, (_, i) => `$${i + 1}`);
	await client.query(DEFINE);
	await client.query("SET TimeZone = 'UTC'");
	for (const [context, row] of Object.entries(ROWS))
		await client.query(`INSERT INTO every (context_id, ${COLUMNS})` +
			` VALUES (${places})`, [context, ...row]);
	const cursor = client.query(new Cursor(select, [], options));
	assert.deepStrictEqual(await cursor.read(100), expected);
	await cursor.close();
	const rows = [];
	for await (const row of client.query(new QueryStream(select, [], options)))
		rows.push(row);
	assert.deepStrictEqual(rows, expected);
	const before = await client.query('SELECT count(*)::int AS n FROM every');
	const out = client.query(to(`COPY (SELECT context_id, ${COLUMNS}` +
		' FROM every) TO STDOUT (FORMAT binary)'));
	const chunks = [];
	for await (const chunk of out)
		chunks.push(chunk);
	await pipeline(Readable.from(chunks), client.query(from('COPY every' +
		` (context_id, ${COLUMNS}) FROM STDIN (FORMAT binary)`)));
	const twice = await client.query('SELECT max(n)::int AS n, count(*)::int' +
		` AS kinds FROM (SELECT count(*) AS n FROM every GROUP BY ${COLUMNS})` +
		' AS a');
	assert.deepStrictEqual({ ...twice.rows[0] },
		{ n: 2, kinds: before.rows[0].n });
}

// What the catalogue says, row by row.
async function introspects(client) {
	const columns = [];
	const stream = client.query(new QueryStream('SELECT column_name AS name,' +
		' udt_name AS type FROM information_schema.columns' +
		' WHERE table_name = $1 ORDER BY ordinal_position', ['every'],
	{ batchSize: 2 }));
	for await (const row of stream)
		columns.push(`${row.name} ${row.type}`);
	assert.deepStrictEqual(columns, ['context_id text',
		'timestamp timestamptz', 'event_id int8', 's text', 'i int8',
		'u numeric', 'f float8', 'b bool', 't timestamptz', 'd date', 'g uuid',
		'n numeric', 'j jsonb']);
}

async function interleavedPortals(client) {
	await client.query('BEGIN READ ONLY');
	const names = Array.from({ length: 3 }, (_, i) => `c${i}`);
	for (const name of names)
		await client.query(`DECLARE ${name} NO SCROLL CURSOR FOR ` +
			'SELECT g FROM generate_series(1, 4) AS g');
	for (let round = 0; round < 2; round++)
		for (const name of names) {
			const got = await client.query(`FETCH 2 FROM ${name}`);
			assert.deepStrictEqual(got.rows.map((row) => row.g),
				[2 * round + 1, 2 * round + 2]);
		}
	await client.query('COMMIT');
	await fails(client.query('FETCH 1 FROM c0'), '34000');
}

async function streams(client) {
	let sum = 0;
	const stream = client.query(new QueryStream(NUMBERS, [100000],
		{ batchSize: 777, highWaterMark: 777 }));
	for await (const row of stream)
		sum += row.g;
	assert.strictEqual(sum, 5000050000);
	for await (const row of
		client.query(new QueryStream(NUMBERS, [100000])))
		if (row.g === 5)
			break;
	assert.strictEqual((await client.query('SELECT 42 AS a')).rows[0].a, 42);
}

async function copies(client) {
	const before = Number(
		(await client.query('SELECT count(*) FROM every')).rows[0].count);
	const lines = Array.from({ length: 20000 }, (_, i) => `c${i % 7},${i}\n`);
	await pipeline(Readable.from(lines), client.query(
		from('COPY every (context_id, i) FROM STDIN (FORMAT csv)')));
	let text = '';
	for await (const chunk of client.query(to('COPY (SELECT context_id, i' +
		` FROM every ORDER BY event_id OFFSET ${before}) TO STDOUT (FORMAT csv)`)))
		text += chunk;
	assert.strictEqual(text, lines.join(''));
	await fails(pipeline(Readable.from(['c,1\n', 'c,x\n']), client.query(
		from('COPY every (context_id, i) FROM STDIN (FORMAT csv)'))),
	'22P02');
	const count = await client.query('SELECT count(*)::int FROM every');
	assert.strictEqual(count.rows[0].count, before + 20000);
}

async function listens(client) {
	await client.query('LISTEN every');
	const heard = once(client, 'notification');
	const other = new pg.Client(CONFIG);
	await other.connect();
	const stored = await other.query("INSERT INTO every (context_id) VALUES" +
		" ('heard') RETURNING event_id");
	await other.end();
	const [notice] = await heard;
	assert.deepStrictEqual([notice.channel, notice.payload],
		['every', `every:${stored.rows[0].event_id}`]);
	await client.query('UNLISTEN *');
}

async function pools() {
	const pool = new pg.Pool({ ...CONFIG, max: 4,
		statement_timeout: 60000, application_name: 'pool' });
	const sums = await Promise.all(Array.from({ length: 40 }, (_, i) =>
		pool.query('SELECT sum(g)::int AS sum FROM generate_series(1, $1)' +
			' AS g', [i])));
	assert.deepStrictEqual(sums.map((r) => r.rows[0].sum ?? 0),
		Array.from({ length: 40 }, (_, i) => i * (i + 1) / 2));
	const seen = await pool.query('SELECT count(*)::int AS n' +
		" FROM pg_stat_activity WHERE application_name = 'pool'");
	assert.strictEqual(seen.rows[0].n, 4);
	await fails(pool.query('SELECT nothing'), '42703');
	const slow = new pg.Pool({ ...CONFIG, statement_timeout: 100 });
	await fails(slow.query(SLOW), '57014');
	await slow.end();
	await pool.end();
}

async function connect() {
	const client = new pg.Client(CONFIG);
	await client.connect();
	return [client];
}

// A portal that is read on while another session cancels it.
async function cancels(client) {
	const slow = client.query(new Cursor(SLOW));
	const read = fails(slow.read(1), '57014');
	const other = new pg.Client(CONFIG);
	await other.connect();
	let cancelled = 0;
	while (cancelled === 0)
		cancelled = (await other.query('SELECT pg_cancel_backend(pid) FROM' +
			" pg_stat_activity WHERE pid = $1 AND state = 'active'",
		[client.processID])).rowCount;
	await other.end();
	await read;
	assert.strictEqual((await client.query('SELECT 42 AS a')).rows[0].a, 42);
}

main([everyType, introspects, cursors, interleavedPortals, streams, copies,
	listens, cancels, pools], connect, (client) => client.end());
