// SPDX-License-Identifier: Apache-2.0
// Health, while events arrive.
const assert = require("assert");

async function isSeen(world) {
	const page = await world.page();
	await world.go(page, "#/health");
	const stores = page.locator(".spark").filter({ hasText: "Stores" });
	await stores.waitFor();
	let isOn = true;
	const storing = (async () => {
		for (let i = 0; isOn; i++)
			await world.command(`STORE offer FOR busy-${i} PAYLOAD {"activity": "SENT", "lifecycle": "start"}`);
	})();
	await stores.getByText(/^[1-9][\d.,K]*\/s$/).first().waitFor();
	await stores.locator("path[d*=L]").first().waitFor({ state: "attached" });
	await world.shoot(page, "health busy light 1200");
	isOn = false;
	await storing;
	for (const title of ["Storage", "Compactions", "Shards", "Memory"])
		await page.getByRole("heading", { name: title, exact: true }).first().waitFor();
	await world.leave(page);
}

// What is in the background asks nothing.
async function restsUnseen(world) {
	const page = await world.page();
	await world.go(page, "#/health");
	await page.locator(".spark").first().waitFor();
	let asked = 0;
	page.on("request", () => asked++);
	await page.evaluate(() => {
		Object.defineProperty(document, "hidden", { get: () => true });
		document.dispatchEvent(new Event("visibilitychange"));
	});
	asked = 0;
	await page.waitForTimeout(2500);
	assert.strictEqual(asked, 0);
	await world.leave(page);
}

async function settingsAreFound(world) {
	const page = await world.page();
	await world.go(page, "#/health");
	await page.getByLabel("Search settings").fill("wal size");
	const setting = page.locator(".setting").filter({ hasText: "wal_file_size" });
	await setting.waitFor();
	assert.match(await setting.innerText(), /default/);
	await page.getByLabel("Search settings").fill("http_port");
	await page.locator(".setting-set").filter({ hasText: /command line/ }).waitFor();
	await world.leave(page);
}

async function statementsAreCanceled(world) {
	const page = await world.page();
	await world.go(page, "#/health");
	await world.allowWrites(page);
	const long = world.command("SELECT count(*) FROM generate_series(1, 1000000000000) AS marked");
	const ended = assert.rejects(long, /cancel/);
	const row = page.locator(".statements li").filter({ hasText: "AS marked" });
	await row.waitFor();
	await row.getByRole("button", { name: /^Cancel/ }).click();
	await ended;
	await row.waitFor({ state: "detached" });
	await world.leave(page);
}

module.exports = [
	["health is seen while events arrive", isSeen],
	["health rests while nobody looks", restsUnseen],
	["settings are found", settingsAreFound],
	["a statement is canceled where it is seen to run", statementsAreCanceled],
];
