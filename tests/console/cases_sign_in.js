// SPDX-License-Identifier: Apache-2.0
// Users: from here on the server wants to know who asks.
const assert = require("assert");

const REFUSED = [/status of 401/, /status of 403/];

async function makeUsers(world) {
	await world.command("CREATE ROLE ada SUPERUSER LOGIN PASSWORD 'open sesame'");
}

async function signIn(page, user, password) {
	await page.getByLabel("User").fill(user);
	await page.getByLabel("Password").fill(password);
	await page.getByRole("button", { name: "Sign in" }).click();
}

async function isAsked(world) {
	await makeUsers(world);
	const page = await world.page({ quiet: REFUSED });
	await world.go(page, "#/types");
	await page.getByRole("heading", { name: "Sign in" }).waitFor();
	await world.checkAccess(page, "sign in");
	await world.shoot(page, "sign in light 1200");
	assert.strictEqual(await page.getByLabel("Password").getAttribute("autocomplete"), "current-password");
	await signIn(page, "ada", "wrong");
	await page.getByRole("alert").getByText("no such user with this password").waitFor();
	await world.shoot(page, "sign in failed light 1200");
	await signIn(page, "ada", "open sesame");
	await page.getByRole("heading", { name: "Event types" }).waitFor();
	await page.getByRole("row", { name: /^application/ }).waitFor();
	await page.reload();
	await page.getByRole("row", { name: /^application/ }).waitFor();
	await page.getByRole("link", { name: "ada" }).click();
	await page.getByRole("button", { name: "Sign out" }).click();
	await page.getByRole("heading", { name: "Sign in" }).waitFor();
	await page.reload();
	await page.getByRole("heading", { name: "Sign in" }).waitFor();
	await world.leave(page);
}

module.exports = [["who is no user yet signs in, and out", isAsked]];
