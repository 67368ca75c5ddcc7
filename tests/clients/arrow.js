// SPDX-License-Identifier: Apache-2.0
// What npm's apache-arrow reads from the samples of
// tests/unit/wire/test_result_arrow.c, which are in the folder that is named.
'use strict';

const assert = require('assert');
const fs = require('fs');
const { tableFromIPC } = require('apache-arrow');

// Type and first rows; null: the library has no number for one of them.
const BOTH = {
	c0: ['Bool', [true, null, true]],
	c1: ['Bool', [false, true, true]],
	c2: ['Int16', [-2, null, 32767]],
	c3: ['Int32', [null, 1, -2147483648]],
	c4: ['Int64', [1n, null, -9223372036854775808n]],
	c5: ['Uint32', [4294967295, 0, null]],
	c6: ['Float32', [1, -0, null]],
	c7: ['Float64', [1, -Infinity, null]],
	c8: ['Decimal[10e+2]', null],
	c9: ['LargeUtf8', ['12300', '-100', null]],
	c10: ['LargeUtf8', ['1.5', 'NaN', null]],
	c11: ['Date32<DAY>', [86400000, null, -2147483648 * 86400000]],
	c12: ['Time64<MICROSECOND>', [1000000n, null, 1n]],
	c17: ['FixedSizeBinary[16]', [Uint8Array.from(Array(16).keys()), null, null]],
	c18: ['LargeBinary', [Uint8Array.of(0, 255), Uint8Array.of(), null]],
	c19: ['LargeUtf8', ['ab', '', null]],
	c20: ['LargeUtf8', ['{"a": 1}', null, '[]']],
	c21: ['LargeUtf8', ['1 day', null, null]],
	c22: ['LargeUtf8', ['{1,2}', null, null]],
	c23: ['Dictionary<Int32, LargeUtf8>', ['paid', null, 'new']],
};
const TRUE = {
	c13: ['Timestamp<MICROSECOND, UTC>', null],
	c14: ['Timestamp<MICROSECOND, UTC>', null],
	c15: ['Timestamp<MICROSECOND, UTC>', [1000, -500, null]],
	c16: ['Timestamp<MICROSECOND>', [1000, null, null]],
};
const SECONDS = {
	c13: ['Timestamp<MILLISECOND>', null],
	c14: ['Timestamp<MILLISECOND>', null],
	c15: ['Timestamp<MILLISECOND>', [1, -1, null]],
	c16: ['Timestamp<MILLISECOND>', [1, null, null]],
};

function check(path, columns) {
	const table = tableFromIPC(fs.readFileSync(path));

	assert.strictEqual(table.numRows, 60000);
	assert(table.batches.length > 1);
	assert.deepStrictEqual(
		table.schema.fields.map((field) => field.name).sort(),
		Object.keys(columns).sort());
	for (const field of table.schema.fields) {
		const [type, expected] = columns[field.name];
		const column = table.getChild(field.name);

		assert.strictEqual(String(field.type), type, field.name);
		if (expected === null)
			continue;
		for (const first of [0, 3, 59997])
			assert.deepStrictEqual(
				[0, 1, 2].map((i) => column.get(first + i)),
				expected, field.name);
		assert.strictEqual(column.nullCount,
			expected.filter((value) => value === null).length * 20000);
	}
}

function textOf(row) {
	if (row % 5 === 4)
		return null;
	return row % 2 ? 'odd' : `s${Math.floor(row / 4000)}`;
}

function checkDictionaries(path) {
	const column = tableFromIPC(fs.readFileSync(path)).getChild('v');

	assert.strictEqual(String(column.type), 'Dictionary<Int32, LargeUtf8>');
	assert.strictEqual(column.length, 60000);
	for (let row = 0; row < 60000; row++)
		assert.strictEqual(column.get(row), textOf(row), row);
}

check(process.argv[2] + '/true.arrow', { ...BOTH, ...TRUE });
check(process.argv[2] + '/seconds.arrow', { ...BOTH, ...SECONDS });
checkDictionaries(process.argv[2] + '/dictionaries.arrow');
