// SPDX-License-Identifier: Apache-2.0
// npm's ws against ws_port, whose number is the argument: text and binary
// messages, every type, replies in their order, large ones, pings, pauses, closing.
'use strict';

const assert = require('assert');
const { once } = require('events');
const WebSocket = require('ws');

const url = `ws://127.0.0.1:${process.argv[2]}/`;
const HELLO = '200 OK\nPONG\n';
const STORED = '200 OK\nEvent accepted for storage\n';

// The replies of a socket, one a call.
function repliesOf(socket) {
	const waiting = [], here = [];

	socket.on('message', (data, isBinary) => {
		assert(!isBinary);
		if (waiting.length > 0)
			waiting.shift()(data.toString());
		else
			here.push(data.toString());
	});
	return () => here.length > 0
		? Promise.resolve(here.shift())
		: new Promise((resolve) => waiting.push(resolve));
}

async function connect(options) {
	const socket = new WebSocket(url, options);
	const next = repliesOf(socket);

	await once(socket, 'open');
	return {
		socket,
		next,
		ask: (command) => {
			socket.send(command);
			return next();
		},
	};
}

async function talks() {
	const { socket, ask } = await connect();

	assert.strictEqual(socket.extensions, '');
	assert.strictEqual(await ask('PING'), HELLO);
	assert.strictEqual(await ask('PING\n'), HELLO);
	assert.strictEqual(await ask(Buffer.from('PING')), HELLO);
	assert.strictEqual(await ask('DEFINE pay FIELDS { "n": "int" }'),
		"200 OK\nSchema defined for 'pay'\n");
	assert.strictEqual(await ask('NONSENSE'),
		'ERROR: Unknown command: NONSENSE\n');
	socket.close(1000, 'done');
	assert.strictEqual((await once(socket, 'close'))[0], 1000);
}

// The rows of a reply in frames.
function rowsOf(reply) {
	const frames = reply.trimEnd().split('\n').map(JSON.parse);

	assert.strictEqual(frames[0].type, 'schema');
	assert.strictEqual(frames.at(-1).type, 'end');
	return frames.filter((frame) => frame.type === 'batch')
		.flatMap((frame) => frame.rows);
}

// Numbers past what JavaScript holds are looked for in the text.
async function readsEveryType() {
	const { socket, ask } = await connect();
	const payloads = {
		least: '{"s":"","i":-9223372036854775808,"u":0,"f":-1.5e300,"b":false,' +
			'"t":"0001-01-01T00:00:00Z","d":"0001-01-01",' +
			'"g":"00000000-0000-0000-0000-000000000000",' +
			'"n":"-9999999999999999999999999999.9999999999","j":{},"e":"red"}',
		most: '{"s":"é \\"","i":9223372036854775807,' +
			'"u":18446744073709551615,"f":5e-324,"b":true,' +
			'"t":"9999-12-31T23:59:59Z","d":"9999-12-31",' +
			'"g":"ffffffff-ffff-ffff-ffff-ffffffffffff",' +
			'"n":9999999999999999999999999999.9999999999,' +
			'"j":{"a":[1,null]},"e":"né"}',
		null: '{"e":"red"}',
	};

	assert.strictEqual(await ask('DEFINE every FIELDS { "s": "string | null",' +
		' "i": "int | null", "u": "u64 | null", "f": "float | null",' +
		' "b": "bool | null", "t": "datetime | null", "d": "date | null",' +
		' "g": "uuid | null", "n": "decimal(38,10) | null",' +
		' "j": "json | null", "e": ["red", "né"] }'),
	"200 OK\nSchema defined for 'every'\n");
	for (const [context, payload] of Object.entries(payloads))
		assert.strictEqual(
			await ask(`STORE every FOR ${context} PAYLOAD ${payload}`), STORED);
	const reply = await ask('QUERY every RETURN [s,i,u,f,b,t,d,g,n,j,e]');
	for (const exact of ['-9223372036854775808,0,-1.5e+300,false,',
		'9223372036854775807,18446744073709551615,5e-324,true,',
		'-9999999999999999999999999999.9999999999,{},"red"',
		'"ffffffff-ffff-ffff-ffff-ffffffffffff",' +
			'9999999999999999999999999999.9999999999'])
		assert(reply.includes(exact), exact);
	const rows = rowsOf(reply).map((row) => row.slice(4));
	assert.deepStrictEqual(rows.map(([s, , , f, b, , , g, , j, e]) =>
		[s, f, b, g, j, e]), [
		['', -1.5e300, false, '00000000-0000-0000-0000-000000000000', {},
			'red'],
		['é "', 5e-324, true, 'ffffffff-ffff-ffff-ffff-ffffffffffff',
			{ a: [1, null] }, 'né'],
		[null, null, null, null, null, 'red'],
	]);
	// Times are seconds.
	assert.deepStrictEqual(rows.map(([, , , , , t, d]) => [t, d]), [
		[-62135596800, -62135596800], [253402300799, 253402214400],
		[null, null]]);
	assert.deepStrictEqual(rows[2], [...Array(10).fill(null), 'red']);
	socket.close();
	await once(socket, 'close');
}

async function introspects() {
	const { socket, ask } = await connect();

	assert.deepStrictEqual(rowsOf(await ask('LIST TYPES'))
		.map(([name, version, fields, events]) =>
			[name, version, fields, events]),
	[['every', 1, 11, 3], ['pay', 1, 1, 0]]);
	assert.deepStrictEqual(rowsOf(await ask('DESCRIBE every'))
		.map(([field, type]) => `${field} ${type}`), ['s string', 'i i64',
		'u u64', 'f f64', 'b bool', 't datetime', 'd date', 'g uuid',
		'n decimal(38,10)', 'j json', 'e ["red", "né"]']);
	assert.match(await ask('QUERY every RETURN [nothing]'),
		/^400 column "nothing" does not exist/);
	socket.close();
	await once(socket, 'close');
}

// Who goes away amid a query ends it.
async function cancels() {
	const slow = 'SELECT count(*) AS slow FROM generate_series(1, 100000) AS a,' +
		' generate_series(1, 100000) AS b';
	const running = 'SELECT count(*) FROM pg_stat_activity WHERE' +
		" query LIKE 'SELECT count(*) AS slow%' AND state = 'active'";
	const { socket } = await connect();
	const other = await connect();
	const wait = async (count) => {
		while (rowsOf(await other.ask(running))[0][0] !== count)
			await new Promise((resolve) => setTimeout(resolve, 20));
	};

	socket.send(slow);
	await wait(1);
	socket.terminate();
	await wait(0);
	other.socket.close();
	await once(other.socket, 'close');
}

async function keepsOrder() {
	const { socket, next } = await connect();

	for (let n = 0; n < 1000; n++)
		socket.send(n % 100 === 50 ? `FOO${n}`
			: `STORE pay FOR c PAYLOAD {"n":${n}}`);
	for (let n = 0; n < 1000; n++)
		assert.strictEqual(await next(), n % 100 === 50
			? `ERROR: Unknown command: FOO${n}\n` : STORED);
	socket.close();
	await once(socket, 'close');
}

async function readsLarge() {
	const { socket, ask, next } = await connect();
	const query = "SELECT i, repeat('x', 1000) AS x" +
		' FROM generate_series(1, 20000) AS i';
	const rows = rowsOf(await ask(query));

	assert.strictEqual(rows.length, 20000);
	assert(rows.every(([i, x], at) => i === at + 1 && x.length === 1000));
	// A reader that stops for a while.
	socket.send(query);
	socket.pause();
	await new Promise((resolve) => setTimeout(resolve, 300));
	socket.resume();
	assert.strictEqual((await next()).length > 20000 * 1000, true);
	socket.close();
	await once(socket, 'close');
}

async function pings() {
	const { socket, ask } = await connect();

	socket.ping('are you there');
	assert.strictEqual((await once(socket, 'pong'))[0].toString(),
		'are you there');
	assert.strictEqual(await ask('PING'), HELLO);
	socket.terminate();
}

async function isRefused() {
	const socket = new WebSocket(url, { origin: 'https://evil.example' });
	const [error] = await once(socket, 'error');

	assert.match(error.message, /403/);
}

(async () => {
	for (const part of [talks, readsEveryType, introspects, keepsOrder,
		readsLarge, cancels, pings, isRefused]) {
		await part();
		console.log('ok', part.name);
	}
	process.exit(0);
})().catch((error) => {
	console.error(error);
	process.exit(1);
});
