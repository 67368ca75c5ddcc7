// SPDX-License-Identifier: Apache-2.0
// The page where one asks: rows, a chart, a refusal, a cancel.
const assert = require("assert");

async function ask(page, text) {
	const editor = page.locator(".cm-content");
	await editor.click();
	await page.keyboard.press("Control+a");
	await page.keyboard.insertText(text);
	await page.keyboard.press("Control+Enter");
}

const answer = (page) => page.getByRole("region", { name: "Answer" });

async function hasRowsAndChart(world) {
	const page = await world.page();
	await world.go(page, "#/ask");
	await ask(page, "SELECT date_trunc('day', timestamp) AS day, count(*) FROM events GROUP BY day ORDER BY day");
	const grid = answer(page).getByRole("grid");
	await grid.getByRole("gridcell", { name: /^2011-09-30/ }).first().waitFor();
	await answer(page).getByRole("button", { name: "Chart", exact: true }).click();
	const chart = answer(page).locator("canvas, svg, .bar").first();
	await chart.waitFor();
	assert((await chart.boundingBox()).width > 100);
	await world.shoot(page, "ask chart light 1200");
	await answer(page).getByRole("button", { name: "Rows", exact: true }).click();
	await ask(page, "QUERY application WHERE activity = SUBMITTED LIMIT 40");
	await grid.getByRole("gridcell", { name: "SUBMITTED" }).first().waitFor();
	await world.shoot(page, "ask rows light 1200");
	await world.checkAccess(page, "ask with rows");
	await world.leave(page);
}

async function saysWhatIsWrong(world) {
	const page = await world.page({ quiet: [/status of 400/] });
	await world.go(page, "#/ask");
	await ask(page, "SELECT nothing FROM application");
	const alert = page.getByRole("alert");
	await alert.getByText('column "nothing" does not exist').waitFor();
	await world.shoot(page, "ask error light 1200");
	await world.leave(page);
}

async function onlyReads(world) {
	const text = 'STORE offer FOR refused-1 PAYLOAD {"activity": "x", "lifecycle": "x"}';
	const count = () => world.command("SELECT count(*) FROM offer WHERE context_id = 'refused-1'");
	const page = await world.page({ quiet: [/status of 40[03]/] });
	await world.go(page, "#/ask");
	await ask(page, text);
	await page.getByRole("alert").getByText(/read-only/).waitFor();
	assert.match(await count(), /\n0\n/);
	await page.getByRole("button", { name: "Allow writes and run it" }).click();
	await answer(page).getByText("Event accepted for storage").waitFor();
	assert.match(await count(), /\n1\n/);
	await world.leave(page);
}

async function isCanceled(world) {
	const page = await world.page();
	await world.go(page, "#/ask");
	await ask(page, "SELECT count(*) FROM generate_series(1, 1000000000000) AS endless");
	const running = () => world.command(
		"SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%AS endless' AND state = 'active'");
	while (/\n0\n/.test(await running())) await page.waitForTimeout(20);
	await page.getByRole("button", { name: /^Cancel/ }).click();
	await answer(page).getByText(/^Canceled/).waitFor();
	while (!/\n0\n/.test(await running())) await page.waitForTimeout(20);
	await world.leave(page);
}

module.exports = [
	["a question is answered by rows and a chart", hasRowsAndChart],
	["a mistake is said where it is", saysWhatIsWrong],
	["what is not allowed to write only reads", onlyReads],
	["a long statement is canceled", isCanceled],
];
