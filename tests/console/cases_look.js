// SPDX-License-Identifier: Apache-2.0
// How every page looks: a picture of each in light, dark and narrow, axe-core
// without serious findings, and no scrolling to the side.
const sample = require("./sample");

const PAGES = [
	["ask", "#/ask", ".cm-content"],
	["contexts", "#/contexts", "main table"],
	["context", `#/context/${sample.loan}`, "[role=feed] article"],
	["types", "#/types", "main table"],
	["type", "#/types/application", "main table >> nth=1"],
	["health", "#/health", ".spark"],
];

const LOOKS = [
	{ scheme: "light", width: 1200 },
	{ scheme: "dark", width: 1200 },
	{ scheme: "light", width: 400, height: 860 },
];

async function look(world, options) {
	const page = await world.page(options);
	for (const [name, hash, there] of PAGES) {
		const title = `${name} ${options.scheme} ${options.width}`;
		await world.go(page, hash);
		await page.locator(there).first().waitFor();
		await world.shoot(page, title);
		await world.checkSize(page, title);
		await world.checkAccess(page, title);
	}
	await world.leave(page);
}

// What the server says it is for, as if it had been configured so.
async function warnsOfProduction(world) {
	const page = await world.page();
	await page.route("**/v1/session", async (route) => {
		const response = await route.fetch();
		await route.fulfill({
			response,
			json: { ...(await response.json()), environment: "production" },
		});
	});
	await world.go(page, "#/health");
	await page.getByText("Production server: look before you act").waitFor();
	await page.locator(".spark").first().waitFor();
	await world.checkSize(page, "production");
	await world.checkAccess(page, "production");
	await world.leave(page);
}

module.exports = LOOKS.map((options) => [
	`every page is for everybody, ${options.scheme}, ${options.width} pixels`,
	(world) => look(world, options),
]);
module.exports.push(["a server in production is seen to be one", warnsOfProduction]);
