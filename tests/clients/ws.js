// SPDX-License-Identifier: Apache-2.0
// npm's ws against ws_port, whose number is the argument: text and binary
// messages, replies in their order, large ones, pings, pauses, closing.
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
	const frames = (await ask(query)).trimEnd().split('\n').map(JSON.parse);
	const rows = frames.filter((frame) => frame.type === 'batch')
		.flatMap((frame) => frame.rows);

	assert.strictEqual(rows.length, 20000);
	assert(rows.every(([i, x], at) => i === at + 1 && x.length === 1000));
	assert.strictEqual(frames.at(-1).row_count, 20000);
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
	for (const part of [talks, keepsOrder, readsLarge, pings, isRefused]) {
		await part();
		console.log('ok', part.name);
	}
	process.exit(0);
})().catch((error) => {
	console.error(error);
	process.exit(1);
});
