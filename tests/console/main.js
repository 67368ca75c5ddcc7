// SPDX-License-Identifier: Apache-2.0
// The console, driven in a real Chromium: main.js URL FOLDER [WORDS-OF-A-CASE].
//
// The cases run in their order, on one server and in one browser; each has pages
// of its own.  FOLDER takes a picture of every page, in light, dark and narrow.
const sample = require("./sample");
const { World } = require("./world");

const CASES = [
	...require("./cases_ask"),
	...require("./cases_story"),
	...require("./cases_types"),
	...require("./cases_health"),
	...require("./cases_safe"),
	...require("./cases_look"),
	// The last: from then on the server asks who one is.
	...require("./cases_sign_in"),
];
const LONG_CASES = require("./cases_long");

async function runCase(world, [name, run]) {
	const start = Date.now();
	try {
		await run(world);
		console.log(`ok ${name}, ${Date.now() - start} ms`);
		return true;
	} catch (error) {
		console.log(`FAILED ${name}: ${error.stack}`);
		for (const context of world.browser.contexts()) {
			for (const page of context.pages()) {
				await world.shoot(page, `failed ${name}`).catch(() => {});
				console.log("the page's errors:", page.faults);
			}
			await context.close();
		}
		return false;
	}
}

async function main(url, shots, wanted) {
	const world = await World.open(url, shots);
	const { count, isWhole } = await sample.load(world);
	console.log(`${count} events${isWhole ? " of the challenge" : ""}`);
	let failed = 0;
	// Long ones first: they need no users.
	for (const one of [...(process.env.CHECK_LONG ? LONG_CASES : []), ...CASES])
		if (!wanted || one[0].includes(wanted))
			failed += (await runCase(world, one)) ? 0 : 1;
	await world.close();
	process.exitCode = failed ? 1 : 0;
}

main(...process.argv.slice(2)).catch((error) => {
	console.error(error);
	process.exit(1);
});
