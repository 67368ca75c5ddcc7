// SPDX-License-Identifier: Apache-2.0
// The story of a context.
const assert = require("assert");
const sample = require("./sample");

async function openStory(world, name, options) {
	const page = await world.page(options);
	await world.go(page, `#/context/${encodeURIComponent(name)}`);
	return page;
}

const events = (page) => page.getByRole("feed").getByRole("article");

async function isTimeline(world) {
	const page = await openStory(world, sample.loan);
	const first = events(page).first();
	await first.waitFor();
	assert.match(await first.innerText(), /application[\s\S]*SUBMITTED/);
	// 22:38:44.546 in UTC, in the browser's own zone.
	assert.match(await first.locator("time").innerText(), /2011-10-01 00:38:44\.546/);
	assert.match(await first.locator("time").getAttribute("title"), /2011-09-30T22:38:44\.546/);
	const second = events(page).nth(1);
	// What it changed, and how much later it was.
	assert.match(await second.innerText(), /PARTLYSUBMITTED\s*SUBMITTED/);
	assert.match(await page.locator(".gap").first().innerText(), /^334 ms later$/);
	await first.focus();
	await page.keyboard.press("PageDown");
	await page.locator('[aria-posinset="2"]:focus').waitFor();
	await page.keyboard.press("PageUp");
	await page.locator('[aria-posinset="1"]:focus').waitFor();
	await world.leave(page);
}

async function isToldAsOf(world) {
	const page = await openStory(world, sample.loan);
	await events(page).first().waitFor();
	const slider = page.getByRole("slider", { name: "As of" });
	await slider.focus();
	await page.keyboard.press("Home");
	await page.getByText("No event of these types").waitFor();
	await page.keyboard.press("ArrowRight");
	await page.keyboard.press("ArrowRight");
	await page.getByText("2 of ").waitFor();
	await events(page).nth(1).waitFor(); // a frame later
	assert.strictEqual(await events(page).count(), 2);
	await page.keyboard.press("End");
	await page.getByText("now").waitFor();
	await world.leave(page);
}

async function isFiltered(world) {
	const page = await openStory(world, sample.loan);
	await events(page).first().waitFor();
	await page.getByRole("button", { name: /^application \d+/ }).click();
	await page.getByRole("button", { name: /^work_item \d+/ }).click();
	for (const text of await events(page).allInnerTexts()) assert.match(text, /^offer/);
	await world.leave(page);
}

async function sharesValues(world) {
	const page = await openStory(world, sample.loan);
	await events(page).first().getByRole("button", { name: "112", exact: true }).click();
	const panel = page.getByRole("complementary", { name: /share resource/ });
	await panel.getByRole("heading", { name: "application" }).waitFor();
	const other = panel.getByRole("link").first();
	const name = await other.innerText();
	assert.notStrictEqual(name, sample.loan);
	await other.click();
	await page.getByRole("heading", { level: 1, name }).waitFor();
	await events(page).first().waitFor();
	await world.leave(page);
}

async function isFound(world) {
	const page = await world.page();
	await world.go(page, "#/contexts");
	await page.getByRole("row").nth(1).getByRole("link").waitFor();
	const box = page.getByRole("combobox", { name: "Context" });
	await box.fill(sample.loan.slice(0, -1));
	await page.getByRole("option", { name: sample.loan }).waitFor();
	await box.press("ArrowDown");
	assert.match(await page.locator("[role=option][aria-selected=true]").innerText(), /^loan-/);
	await box.fill(sample.loan);
	await box.press("Enter");
	await page.getByRole("heading", { level: 1, name: sample.loan }).waitFor();
	await world.leave(page);
}

async function isFollowed(world) {
	const name = "followed-1";
	await world.command(`STORE offer FOR ${name} PAYLOAD {"activity": "CREATED", "lifecycle": "start"}`);
	const page = await openStory(world, name);
	await events(page).first().waitFor();
	await page.getByRole("button", { name: "Follow" }).click();
	await world.command(`STORE offer FOR ${name} PAYLOAD {"activity": "SENT", "lifecycle": "start"}`);
	await events(page).nth(1).waitFor();
	assert.match(await events(page).nth(1).innerText(), /SENT\s*CREATED/);
	await world.leave(page);
}

// 10,000 events, of which those in sight exist.
async function isLong(world) {
	await world.command('DEFINE reading FIELDS { "value": "i64", "more": "json | null" }');
	await world.store(Array.from({ length: 10000 }, (_, i) => ({
		type: "reading", context: "meter-1", at: new Date(1.7e12 + i * 60000).toISOString(),
		payload: i % 100 ? { value: i } : { value: i, more: { of: [1, 2, { deep: "text ".repeat(20) }] } },
	})));
	const page = await openStory(world, "meter-1");
	await page.getByText("10,000 events").waitFor();
	const main = page.locator("main");
	for (let i = 0; i < 8; i++) {
		await main.evaluate((element, part) => {
			element.scrollTop = element.scrollHeight * part;
		}, i / 7);
		await page.waitForTimeout(60);
		const count = await events(page).count();
		assert(count > 0 && count < 60, `${count} events are drawn`);
	}
	await main.evaluate((element) => { element.scrollTop = element.scrollHeight; });
	await page.locator('[aria-posinset="10000"]').filter({ hasText: "9999" }).waitFor();
	await world.leave(page);
}

module.exports = [
	["a story is a timeline", isTimeline],
	["a story is told as of a time", isToldAsOf],
	["a story has the types that are wanted", isFiltered],
	["contexts that share a value are found", sharesValues],
	["a context is found by its first letters", isFound],
	["a story is followed", isFollowed],
	["a story of 10,000 events", isLong],
];
