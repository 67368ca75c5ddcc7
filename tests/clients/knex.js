// SPDX-License-Identifier: Apache-2.0
// knex over node-pg: its schema builder, what it learns of columns, its query
// builder, transactions with savepoints, streams, timeouts that cancel.
'use strict';

const assert = require('assert');
const knex = require('knex');
const { TEXT, DEFINE, COLUMNS, ROWS, SLOW, CONFIG, named, fails, main } =
	require('./every');

async function schemas(db) {
	await db.schema.createTable('payment', (table) => {
		table.text('context_id').notNullable();
		table.decimal('amount', 10, 2).notNullable();
		table.enu('state', ['new', 'paid'],
			{ useNative: true, enumName: 'payment_state' }).defaultTo('new');
		table.string('note', 20);
		table.integer('n');
		table.bigInteger('big');
		table.boolean('done').defaultTo(false);
		table.double('weight');
		table.date('day');
		table.timestamp('at');
		table.uuid('ref');
		table.jsonb('extra');
	});
	assert.strictEqual(await db.schema.hasTable('payment'), true);
	assert.strictEqual(await db.schema.hasTable('nothing'), false);
	assert.strictEqual(await db.schema.hasColumn('payment', 'note'), true);
	await db.schema.alterTable('payment', (table) => {
		table.string('added', 5);
	});
	const info = await db('payment').columnInfo();
	assert.deepStrictEqual(Object.keys(info), ['context_id', 'timestamp',
		'event_id', 'amount', 'state', 'note', 'n', 'big', 'done', 'weight',
		'day', 'at', 'ref', 'extra', 'added']);
	assert.deepStrictEqual(info.note, { type: 'character varying',
		maxLength: 20, nullable: true, defaultValue: null });
	assert.deepStrictEqual(info.state, { type: 'USER-DEFINED',
		maxLength: null, nullable: true,
		defaultValue: "'new'::payment_state" });
	assert.strictEqual(info.amount.nullable, false);
	assert.strictEqual(await db('payment').columnInfo('day')
		.then((column) => column.type), 'date');
	await db.schema.createView('paid', (view) => {
		view.columns(['id', 'amount']);
		view.as(db('payment').select('event_id', 'amount')
			.where({ state: 'paid' }));
	});
	// What no table of events can have is refused.
	await fails(db.schema.createTable('keyed', (table) => {
		table.increments();
	}), '0A000');
	assert.strictEqual(await db.schema.hasTable('keyed'), false);
}

async function valuesRound(db) {
	await db.raw(DEFINE);
	for (const [context, row] of Object.entries(ROWS))
		await db('every').insert({ context_id: context, ...named(row) });
	// As texts: numbers and dates of JavaScript hold less.
	for (const [context, row] of Object.entries(ROWS)) {
		const got = await db('every').where({ context_id: context })
			.first(COLUMNS.map((name) => db.raw('??::text', [name])));
		const expected = named(row);
		if (expected.b !== null)
			expected.b = expected.b === 't' ? 'true' : 'false';
		assert.deepStrictEqual({ ...got }, expected);
	}
	const own = { context_id: 'js', s: TEXT, f: 0.1, b: true,
		t: new Date('2026-01-02T03:04:05.678Z'), j: { a: [1, 'é'] } };
	await db('every').insert(own);
	assert.deepStrictEqual(
		{ ...await db('every').where('context_id', 'js')
			.first(Object.keys(own)) }, own);
}

async function builds(db) {
	const [first] = await db('payment')
		.insert({ context_id: 'a', amount: 7, state: 'paid' })
		.returning(['event_id', 'context_id']);
	assert.strictEqual(first.context_id, 'a');
	assert.ok(Number(first.event_id) > 0);
	await db('payment').insert(Array.from({ length: 9 }, (_, i) =>
		({ context_id: 'b', amount: i, n: i, note: `n${i % 3}` })));
	await db.batchInsert('payment', Array.from({ length: 100 }, (_, i) =>
		({ context_id: 'c', amount: '0.01', n: i })), 30);
	const groups = await db('payment').select('context_id')
		.count('* as count').sum({ total: 'amount' }).max('n as most')
		.groupBy('context_id').having(db.raw('count(*)'), '>', 0)
		.orderBy('context_id');
	assert.deepStrictEqual(groups.map((row) => Object.values(row)), [
		['a', '1', '7.00', null], ['b', '9', '36.00', 8],
		['c', '100', '1.00', 99]]);
	const some = await db('payment').whereIn('n', [1, 2, 5])
		.andWhere('context_id', 'b').whereNotNull('note')
		.whereBetween('amount', [2, 5]).orWhereILike('note', 'N0')
		.orderBy('amount', 'desc').pluck('amount');
	assert.deepStrictEqual(some, ['6.00', '5.00', '3.00', '2.00', '0.00']);
	const joined = await db.with('b', (query) => {
		query.from('payment').select('*').where({ context_id: 'b' });
	}).from('b').join('paid', 'paid.amount', 'b.amount')
		.select('b.n', 'paid.amount');
	assert.deepStrictEqual(joined.map((row) => ({ ...row })),
		[{ n: 7, amount: '7.00' }]);
	const ranks = await db('payment').where({ context_id: 'b' })
		.select('n').rowNumber('place', (over) => {
			over.orderBy('n', 'desc').partitionBy('note');
		}).orderBy('n').limit(3).offset(1);
	assert.deepStrictEqual(ranks.map((row) => row.place), ['3', '3', '2']);
	const small = db('payment').select('n').where('n', '<', 2);
	const union = await small.clone().where({ context_id: 'b' })
		.unionAll([small.where({ context_id: 'c' })]).orderBy('n');
	assert.deepStrictEqual(union.map((row) => row.n), [0, 0, 1, 1]);
	const distinct = await db('payment').distinctOn('context_id')
		.orderBy(['context_id', { column: 'amount', order: 'desc' }])
		.select('amount');
	assert.deepStrictEqual(distinct.map((row) => row.amount),
		['7.00', '8.00', '0.01']);
	await db('payment').insert(
		{ context_id: 'j', amount: 0, extra: { deep: { n: 5 } } });
	const deep = await db('payment').jsonExtract('extra', '$.deep.n', 'n')
		.whereJsonPath('extra', '$.deep.n', '=', 5);
	assert.deepStrictEqual(deep.map((row) => row.n), [5]);
	assert.strictEqual((await db('payment')
		.whereJsonSupersetOf('extra', { deep: { n: 5 } })).length, 1);
}

async function errorsAndTransactions(db) {
	await fails(db('every').select('nothing'), '42703');
	await fails(db('every').update({ i: 1 }), '0A000');
	await fails(db('every').where({ i: 1 }).delete(), '0A000');
	await fails(db('every').insert({ context_id: 'c', i: 'x' }), '22P02');
	const count = async () => Number((await db('every')
		.where({ context_id: 'block' }).count())[0].count);
	const event = { context_id: 'block' };
	await fails(db.transaction(async (block) => {
		await block('every').insert(event);
		await block.select(block.raw('1 / 0'));
	}), '22012');
	assert.strictEqual(await count(), 0);
	await db.transaction(async (block) => {
		await block('every').insert(event);
		await fails(block.transaction(async (inner) => {
			await inner('every').insert(event);
			await inner('nowhere').insert(event);
		}), '42P01');
	}, { isolationLevel: 'repeatable read' });
	assert.strictEqual(await count(), 1);
	await fails(db.transaction((block) => block('every').insert(event),
		{ readOnly: true }), '25006');
}

async function streams(db) {
	let sum = 0;
	const numbers = db.select('g').from(
		db.raw('generate_series(1, ?::int) AS g', [100000]));
	for await (const row of numbers.stream())
		sum += row.g;
	assert.strictEqual(sum, 5000050000);
}

async function cancels(db) {
	await assert.rejects(db.raw(SLOW).timeout(200, { cancel: true }),
		{ name: 'KnexTimeoutError' });
	// With one connection in the pool, this waits until the cancel is done.
	assert.strictEqual((await db.select(db.raw('42 AS a')))[0].a, 42);
	await db.schema.dropView('paid');
	await db.schema.dropTable('payment');
	assert.strictEqual(await db.schema.hasTable('payment'), false);
}

main([schemas, valuesRound, builds, errorsAndTransactions, streams, cancels],
	() => [knex({
		client: 'pg', connection: { ...CONFIG, options: '-c TimeZone=UTC' },
		pool: { min: 0, max: 2 },
	})],
	(db) => db.destroy());
