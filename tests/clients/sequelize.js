// SPDX-License-Identifier: Apache-2.0
// sequelize over node-pg: what its QueryInterface learns, models without and
// with event_id as their key, aggregates, raw queries, transactions.
'use strict';

const assert = require('assert');
const { Sequelize, DataTypes, Op, QueryTypes, Transaction } =
	require('sequelize');
const { TEXT, DEFINE, COLUMNS, ROWS, SLOW, CONFIG, named, fails, main } =
	require('./every');

const PLAIN = { timestamps: false, freezeTableName: true };

// The events of a type; event_id, which the server gives, is their key.
function paymentModel(db) {
	return db.define('payment', {
		event_id: { type: DataTypes.BIGINT, primaryKey: true,
			autoIncrement: true },
		context_id: { type: DataTypes.TEXT, allowNull: false },
		amount: { type: DataTypes.DECIMAL(10, 2), allowNull: false },
		state: { type: DataTypes.ENUM('new', 'paid'), defaultValue: 'new' },
		note: DataTypes.STRING(20),
		n: DataTypes.INTEGER,
		done: DataTypes.BOOLEAN,
		at: DataTypes.DATE,
		extra: DataTypes.JSONB,
	}, PLAIN);
}

async function schemas(db) {
	await db.authenticate();
	const qi = db.getQueryInterface();
	await db.query("CREATE TYPE enum_payment_state AS ENUM ('new', 'paid')");
	await qi.createTable('payment', {
		context_id: { type: DataTypes.TEXT, allowNull: false },
		amount: { type: DataTypes.DECIMAL(10, 2), allowNull: false },
		state: { type: 'enum_payment_state', defaultValue: 'new' },
		note: DataTypes.STRING(20),
		n: DataTypes.INTEGER,
		done: DataTypes.BOOLEAN,
		at: DataTypes.DATE,
		extra: DataTypes.JSONB,
	});
	await qi.addColumn('payment', 'added', { type: DataTypes.DOUBLE });
	assert.deepStrictEqual(await qi.showAllTables(), ['payment']);
	assert.strictEqual(await qi.tableExists('payment'), true);
	assert.strictEqual(await qi.tableExists('nothing'), false);
	assert.ok((await qi.showAllSchemas()).includes('stele'));
	assert.ok((await qi.databaseVersion()).startsWith('15.'));
	const told = await qi.describeTable('payment');
	assert.deepStrictEqual(Object.keys(told), ['context_id', 'timestamp',
		'event_id', 'amount', 'state', 'note', 'n', 'done', 'at', 'extra',
		'added']);
	assert.deepStrictEqual(told.note, { type: 'CHARACTER VARYING(20)',
		allowNull: true, defaultValue: null, comment: null, special: [],
		primaryKey: false });
	assert.deepStrictEqual(told.state.special, ['new', 'paid']);
	assert.strictEqual(told.state.defaultValue, 'new');
	assert.strictEqual(told.amount.allowNull, false);
	assert.strictEqual(told.at.type, 'TIMESTAMP WITH TIME ZONE');
	const indexes = await qi.showIndex('payment');
	assert.deepStrictEqual(indexes.map((i) => [i.name, i.primary, i.unique,
		i.fields.map((f) => f.attribute)]),
	[['payment_pkey', true, true, ['event_id']]]);
	assert.deepStrictEqual(
		await qi.getForeignKeyReferencesForTable('payment'), []);
	// What no table of events can have is refused.
	await fails(qi.createTable('keyed', {
		id: { type: DataTypes.INTEGER, primaryKey: true } }), '0A000');
}

async function models(db) {
	const payment = paymentModel(db);
	const first = await payment.create(
		{ context_id: 'a', amount: '7.5', note: TEXT.slice(0, 20),
			extra: { deep: [1] }, at: new Date('2026-01-02T03:04:05.678Z') });
	assert.ok(Number(first.event_id) > 0);
	const found = await payment.findByPk(first.event_id);
	assert.deepStrictEqual(found.get({ plain: true }),
		{ event_id: first.event_id, context_id: 'a', amount: '7.50',
			state: 'new', note: TEXT.slice(0, 20), n: null, done: null,
			at: new Date('2026-01-02T03:04:05.678Z'),
			extra: { deep: [1] } });
	await payment.bulkCreate(Array.from({ length: 100 }, (_, n) =>
		({ context_id: 'b', amount: n, n, done: n % 2 === 0,
			state: n < 10 ? 'paid' : 'new' })));
	assert.strictEqual(await payment.count(), 101);
	assert.strictEqual(await payment.count({ where: { done: true } }), 50);
	assert.strictEqual(await payment.sum('n'), 4950);
	assert.strictEqual(await payment.max('n'), 99);
	assert.strictEqual(await payment.min('amount'), 0);
	assert.strictEqual(await payment.aggregate('state', 'count',
		{ distinct: true }), '2');
	const some = await payment.findAll({
		where: {
			[Op.or]: [{ n: { [Op.in]: [1, 2] } },
				{ n: { [Op.between]: [5, 6] } },
				{ note: { [Op.iLike]: 'IT%' } },
				{ extra: { [Op.contains]: { deep: [2] } } }],
			amount: { [Op.lt]: 8 },
		},
		order: [['amount', 'DESC']], attributes: ['amount'], raw: true });
	assert.deepStrictEqual(some.map((row) => row.amount),
		['7.50', '6.00', '5.00', '2.00', '1.00']);
	const groups = await payment.findAll({
		attributes: ['state', [db.fn('count', db.col('*')), 'count'],
			[db.fn('sum', db.col('amount')), 'total']],
		group: 'state', having: db.literal('count(*) > 1'),
		order: ['state'], raw: true });
	assert.deepStrictEqual(groups, [
		{ state: 'new', count: '91', total: '4912.50' },
		{ state: 'paid', count: '10', total: '45.00' }]);
	const page = await payment.findAndCountAll({ where: { context_id: 'b' },
		order: ['n'], limit: 3, offset: 7 });
	assert.deepStrictEqual([page.count, page.rows.map((row) => row.n)],
		[100, [7, 8, 9]]);
	found.note = 'events do not change';
	await fails(found.save(), '0A000');
	await fails(found.destroy(), '0A000');
	await fails(payment.create({ context_id: 'a', amount: 'x' }), '22P02');
	await fails(payment.bulkCreate([{ context_id: 'a', amount: 1 },
		{ context_id: 'a', amount: 1, state: 'lost' }]), '22P02');
	assert.strictEqual(await payment.count(), 101);
}

async function valuesRound(db) {
	await db.query(DEFINE);
	const columns = COLUMNS.join();
	const places = COLUMNS.map((_, i) => `$${i + 2}`);
	for (const [context, row] of Object.entries(ROWS))
		await db.query(`INSERT INTO every (context_id, ${columns})` +
			` VALUES ($1, ${places})`, { bind: [context, ...row] });
	const texts = COLUMNS.map((name) =>
		(name === 'b' ? `left(b::text, 1) AS b` : `${name}::text`));
	for (const [context, row] of Object.entries(ROWS)) {
		const got = await db.query(`SELECT ${texts} FROM every` +
			' WHERE context_id = :context',
		{ replacements: { context }, type: QueryTypes.SELECT });
		assert.deepStrictEqual(got, [named(row)]);
	}
	const told = await db.getQueryInterface().describeTable('every');
	assert.deepStrictEqual(COLUMNS.map((name) => told[name].type), ['TEXT',
		'BIGINT', 'NUMERIC', 'DOUBLE PRECISION', 'BOOLEAN',
		'TIMESTAMP WITH TIME ZONE', 'DATE', 'UUID', 'NUMERIC', 'JSONB']);
}

async function transactions(db) {
	const count = async () => Number((await db.query('SELECT count(*) FROM' +
		" payment WHERE context_id = 'block'",
	{ type: QueryTypes.SELECT, plain: true })).count);
	const insert = (transaction) => db.query('INSERT INTO payment' +
		" (context_id, amount) VALUES ('block', 1)", { transaction });
	await fails(db.transaction(async (transaction) => {
		await insert(transaction);
		await db.query('SELECT nothing', { transaction });
	}), '42703');
	assert.strictEqual(await count(), 0);
	await db.transaction({
		isolationLevel: Transaction.ISOLATION_LEVELS.SERIALIZABLE,
	}, async (transaction) => {
		await insert(transaction);
		await fails(db.transaction({ transaction }, async (inner) => {
			await insert(inner);
			await db.query('SELECT 1 / 0', { transaction: inner });
		}), '22012');
	});
	assert.strictEqual(await count(), 1);
	const open = await db.transaction();
	await insert(open);
	await open.rollback();
	assert.strictEqual(await count(), 1);
}

async function manyRows(db) {
	const rows = await db.query('SELECT g FROM generate_series(1, 100000)' +
		' AS g', { type: QueryTypes.SELECT });
	assert.strictEqual(rows.reduce((sum, row) => sum + row.g, 0), 5000050000);
}

async function cancels(db) {
	const query = db.query(SLOW);
	setTimeout(() => db.query('SELECT pg_cancel_backend(pid) FROM' +
		" pg_stat_activity WHERE query = $1", { bind: [SLOW] }), 200);
	await fails(query, '57014');
	const got = await db.query('SELECT 42 AS a', { type: QueryTypes.SELECT });
	assert.deepStrictEqual(got, [{ a: 42 }]);
	await db.getQueryInterface().dropTable('payment', {});
	assert.deepStrictEqual(await db.getQueryInterface().showAllTables(),
		['every']);
}

main([schemas, models, valuesRound, transactions, manyRows, cancels],
	() => [new Sequelize(CONFIG.database, CONFIG.user, undefined, {
		dialect: 'postgres', host: CONFIG.host, port: CONFIG.port,
		logging: false, pool: { max: 2 },
	})],
	(db) => db.close());
