// SPDX-License-Identifier: Apache-2.0
// What is stored stays text, wherever it is shown.
const assert = require("assert");

const IMAGE = '<img src=x onerror="window.harm=1">';
const SCRIPT = "<script>window.harm=1</script>";
const CONTEXT = `${SCRIPT}${IMAGE}`;
const TYPE = `t${IMAGE}`;

async function prepare(world) {
	await world.command(`DEFINE ${JSON.stringify(TYPE)} FIELDS { ${JSON.stringify(IMAGE)}: "string", "more": "json" }`);
	await world.store([1, 2].map((n) => ({
		type: TYPE, context: CONTEXT,
		payload: { [IMAGE]: `${SCRIPT}${n}`, more: { [SCRIPT]: [IMAGE, { a: SCRIPT }] } },
	})));
}

async function isUnharmed(page, what) {
	await page.waitForTimeout(50);
	assert.strictEqual(await page.evaluate(() => window.harm), undefined, what);
	assert.strictEqual(await page.locator("main img, main script").count(), 0, what);
}

async function staysText(world) {
	await prepare(world);
	const page = await world.page();
	await world.go(page, `#/context/${encodeURIComponent(CONTEXT)}`);
	await page.getByRole("article").nth(1).waitFor();
	assert(await page.getByRole("heading", { level: 1, name: CONTEXT }).count(), "the name is there");
	await isUnharmed(page, "the story");
	await page.getByRole("button", { name: `${SCRIPT}1` }).click();
	await page.getByRole("complementary").getByRole("heading", { level: 3 }).waitFor();
	await isUnharmed(page, "shared values");
	for (const hash of ["#/contexts", "#/types", `#/types/${encodeURIComponent(TYPE)}`, "#/health"]) {
		await world.go(page, hash);
		await page.locator("main").getByText(/<img|Running/).first().waitFor();
		await isUnharmed(page, hash);
	}
	await world.leave(page);
}

module.exports = [["what is stored stays text", staysText]];
