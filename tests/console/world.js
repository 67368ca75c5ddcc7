// SPDX-License-Identifier: Apache-2.0
// A server with a console, a browser, and what tests say about both.
const assert = require("assert");
const fs = require("fs");
const path = require("path");
const { chromium } = require("playwright-core");

// Everything here is on this machine; sanitizers and busy machines take their time.
const PATIENCE_MS = 20000;
const AXE = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const SERIOUS = new Set(["serious", "critical"]);

// What a page must not do, noted before it does anything.
function noteViolations() {
	window.violations = [];
	document.addEventListener("securitypolicyviolation", (event) => {
		window.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
	});
}

class World {
	// `url` is the server's, `shots` the folder that pictures go to.
	static async open(url, shots) {
		fs.mkdirSync(shots, { recursive: true });
		const browser = await chromium.launch({
			executablePath: process.env.CHROMIUM,
			// The sandbox needs rights that containers do not have.
			args: ["--no-sandbox", "--disable-dev-shm-usage"],
		});
		return new World(url, shots, browser);
	}

	constructor(url, shots, browser) {
		this.url = url;
		this.shots = shots;
		this.browser = browser;
		this.token = null;
	}

	async close() {
		await this.browser.close();
	}

	// ---- the server ----

	async request(path, body) {
		const headers = this.token ? { Authorization: `Bearer ${this.token}` } : {};
		const reply = await fetch(this.url + path, { method: "POST", body, headers });
		const text = await reply.text();
		assert(reply.ok, `${path}: ${text}`);
		return text;
	}

	command(text) {
		return this.request("/command?format=text", text);
	}

	async store(events) {
		const lines = events.map((event) => JSON.stringify(event)).join("\n");
		const sum = JSON.parse(await this.request("/v1/events?atomic=1", lines));
		assert.strictEqual(sum.stored, events.length);
	}

	// ---- pages ----

	// A page of a browser that has seen nothing yet.
	async page({ scheme = "light", width = 1200, height = 900, quiet = [] } = {}) {
		const context = await this.browser.newContext({
			colorScheme: scheme,
			viewport: { width, height },
			timezoneId: "Europe/Amsterdam",
			locale: "en-GB",
			reducedMotion: "reduce",
			permissions: ["clipboard-read", "clipboard-write"],
		});
		context.setDefaultTimeout(PATIENCE_MS);
		await context.addInitScript(noteViolations);
		const page = await context.newPage();
		page.faults = [];
		page.on("pageerror", (error) => page.faults.push(String(error.stack)));
		page.on("console", (message) => {
			const text = message.text();
			if (message.type() === "error" && !quiet.some((one) => one.test(text)))
				page.faults.push(text);
		});
		page.on("request", (request) => {
			if (!request.url().startsWith(this.url) && !request.url().startsWith("blob:"))
				page.faults.push(`asks elsewhere: ${request.url()}`);
		});
		return page;
	}

	async go(page, hash) {
		await page.goto(`${this.url}/${hash}`);
		await page.locator("main").waitFor();
	}

	async allowWrites(page) {
		const box = page.getByRole("switch", { name: "Allow writes" });
		if (!(await box.isChecked())) await box.check({ force: true });
	}

	// The end of a page: it has broken no rule.
	async leave(page) {
		const violations = await page.evaluate(() => window.violations);
		assert.deepStrictEqual(violations, [], "the content security policy");
		assert.deepStrictEqual(page.faults, [], "errors of the page");
		await page.context().close();
	}

	// ---- what every page must be ----

	async checkAccess(page, name) {
		if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
		const found = await page.evaluate(async () => {
			const { violations } = await window.axe.run(document, {
				resultTypes: ["violations"],
			});
			return violations.map(({ id, impact, help, nodes }) => ({
				id, impact, help, where: nodes.slice(0, 3).map(({ html }) => html.slice(0, 200)),
			}));
		});
		const serious = found.filter(({ impact }) => SERIOUS.has(impact));
		assert.strictEqual(serious.length, 0, `${name}: ${JSON.stringify(serious, null, 1)}`);
	}

	// Nothing is scrolled to the side, and downwards only what is below the header.
	async checkSize(page, name) {
		const [wide, high] = await page.evaluate(() => {
			const { documentElement: all } = document;
			const width = Math.max(all.scrollWidth, document.querySelector("main").scrollWidth);
			return [width - all.clientWidth, all.scrollHeight - all.clientHeight];
		});
		assert(wide <= 0, `${name} is ${wide} pixels too wide`);
		assert(high <= 0, `${name} makes the window ${high} pixels longer`);
	}

	shoot(page, name) {
		return page.screenshot({ path: path.join(this.shots, `${name}.png`) });
	}
}

module.exports = { World, PATIENCE_MS };
