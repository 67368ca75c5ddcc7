// SPDX-License-Identifier: Apache-2.0
// Event types: what there is, one more, and an event by hand.
const assert = require("assert");

async function areListed(world) {
	const page = await world.page();
	await world.go(page, "#/types");
	const row = page.getByRole("row", { name: /^application/ });
	await row.waitFor();
	const cells = await row.getByRole("cell").allInnerTexts();
	assert.match(cells[0], /^[\d,]+$/, "events");
	assert.strictEqual(cells[1], "5", "fields");
	await page.getByRole("button", { name: "Events" }).click();
	await page.locator("[aria-sort=descending]").waitFor();
	await row.getByRole("link").click();
	const fields = page.getByRole("region", { name: "Fields" });
	await fields.getByRole("row", { name: /^resource string yes/ }).waitFor();
	await page.getByRole("region", { name: "Last events" }).getByRole("row").nth(1).waitFor();
	await world.leave(page);
}

async function isAsked(world) {
	const page = await world.page();
	await world.go(page, "#/types/offer");
	await page.locator("main").getByRole("link", { name: "Ask", exact: true }).click();
	await page.locator(".cm-content").filter({ hasText: "QUERY offer" }).waitFor();
	await world.leave(page);
}

async function field(page, i, name, type) {
	const group = page.getByRole("group", { name: `Field ${i}`, exact: true });
	await group.getByLabel("Field", { exact: true }).fill(name);
	await group.getByLabel("Type").selectOption(type);
	return group;
}

async function isDefined(world) {
	const page = await world.page();
	await world.go(page, "#/types");
	await page.getByText("allow writes above").waitFor();
	await world.allowWrites(page);
	await page.getByRole("button", { name: "Define a type" }).click();
	await page.getByRole("button", { name: "Define it" }).click();
	await page.getByText("It needs a name.").first().waitFor();
	await page.getByLabel("Name").fill("visit");
	await field(page, 1, "page", "string");
	const add = page.getByRole("button", { name: "Add a field" });
	await add.click();
	const amount = await field(page, 2, "cost", "decimal");
	await amount.getByRole("checkbox", { name: "optional" }).check();
	await add.click();
	const device = await field(page, 3, "device", "enum");
	await device.getByLabel(/^Values/).fill("phone\ndesk");
	const statement = await page.getByLabel("Statement").innerText();
	assert.match(statement, /^DEFINE visit FIELDS \{/);
	assert.match(statement, /"cost": "decimal\(10,2\) \| null"/);
	assert.match(statement, /"device": \["phone", "desk"\]/);
	await page.getByRole("button", { name: "Define it" }).click();
	await page.getByRole("heading", { level: 1, name: "visit" }).waitFor();
	await storeOne(page);
	await world.leave(page);
	const rows = await world.command("SELECT context_id, page, cost, device FROM visit");
	assert.match(rows, /visitor 1\tindex\t1\.50\tdesk/);
}

async function storeOne(page) {
	const form = page.locator("form").filter({ hasText: "Store an event" });
	await form.getByRole("button", { name: "Store it" }).click();
	await form.getByText("An event is about something").waitFor();
	await form.getByLabel("Context").fill("visitor 1");
	await form.getByLabel("page").fill("index");
	await form.getByLabel("cost").fill("1.505");
	await form.getByLabel("device").selectOption("desk");
	await form.getByRole("button", { name: "Store it" }).click();
	await form.getByText("There is room for 2 digits behind the point.").waitFor();
	await form.getByLabel("cost").fill("1.50");
	assert.strictEqual(
		await form.getByLabel("Statement").innerText(),
		'STORE visit FOR "visitor 1" PAYLOAD {"page": "index", "cost": 1.50, "device": "desk"}',
	);
	await form.getByRole("button", { name: "Store it" }).click();
	await form.getByText("Event accepted for storage").waitFor();
	const last = page.getByRole("region", { name: "Last events" });
	await last.getByRole("link", { name: "visitor 1" }).waitFor();
}

module.exports = [
	["event types are listed", areListed],
	["a type is asked about", isAsked],
	["a type is defined and an event stored", isDefined],
];
