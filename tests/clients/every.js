// SPDX-License-Identifier: Apache-2.0
// What every client for Node.js is asked to do: a type with a field of each
// type, events with their extreme values as PostgreSQL writes them, and a
// statement that takes long enough to be cancelled.
'use strict';

const assert = require('assert');

const TEXT = 'it\'s "a" \\ b\n\t%s {} $1 é 漢 \u{1fab6} \u{10ffff}';
const DEFINE = 'DEFINE every FIELDS { "s": "string | null",' +
	' "i": "int | null", "u": "u64 | null", "f": "float | null",' +
	' "b": "bool | null", "t": "datetime | null",' +
	' "d": "date | null", "g": "uuid | null",' +
	' "n": "decimal(38,10) | null", "j": "json | null" }';
const COLUMNS = ['s', 'i', 'u', 'f', 'b', 't', 'd', 'g', 'n', 'j'];
const ROWS = {
	least: ['', '-9223372036854775808', '0', '-Infinity', 'f',
		'0001-01-01 00:00:00+00', '0001-01-01',
		'00000000-0000-0000-0000-000000000000',
		'-9999999999999999999999999999.9999999999', '{}'],
	most: [TEXT, '9223372036854775807', '18446744073709551615',
		'1.7976931348623157e+308', 't', '9999-12-31 23:59:59.999999+00',
		'9999-12-31', 'ffffffff-ffff-ffff-ffff-ffffffffffff',
		'9999999999999999999999999999.9999999999',
		'{"a": [1, 2.5, null, true, "é"]}'],
	small: [' ', '0', '1', '5e-324', 't', '1999-12-31 23:59:59.999999+00',
		'1999-12-31', '00112233-4455-6677-8899-aabbccddeeff',
		'0.0000000001', '[1, 2]'],
	nan: ['nan', '-1', '1', 'NaN', null, null, null, null, null, '"x"'],
	null: Array(10).fill(null),
};
const SLOW = 'SELECT count(*) FROM generate_series(1, 100000) AS a,' +
	' generate_series(1, 100000) AS b';

// The row of a context as an object: { s: ..., i: ... }.
function named(row) {
	return Object.fromEntries(COLUMNS.map((name, i) => [name, row[i]]));
}

// The promise fails with this SQLSTATE, which some clients put into the error
// of theirs, others into the driver's below it.
async function fails(promise, code) {
	await assert.rejects(promise, (error) => {
		const inner = error.parent ?? error;
		assert.strictEqual(inner.code, code, error.message);
		return true;
	});
}

// Run the cases in their order, each with these arguments.
function main(cases, setUp, tearDown) {
	const all = async () => {
		const world = await setUp();
		for (const run of cases) {
			await run(...world);
			console.log('ok', run.name);
		}
		await tearDown(...world);
	};
	all().catch((error) => {
		console.error(error);
		process.exit(1);
	});
}

const CONFIG = {
	host: process.env.PGHOST, port: Number(process.env.PGPORT),
	user: 'stele', database: 'stele',
};

module.exports = { TEXT, DEFINE, COLUMNS, ROWS, SLOW, CONFIG, named, fails, main };
