// SPDX-License-Identifier: Apache-2.0
// What takes minutes: a million rows, an hour.  CHECK_LONG=1 runs it.
const assert = require("assert");

const ROWS = 1000000;
const HOUR_MS = 3600000;
const SAMPLE_MS = 2000;

// Frames while something goes on: how many, and how long the longest took.
async function frames(page, move) {
	await page.evaluate(() => {
		window.frames_ms = [];
		let last = performance.now();
		const next = (now) => {
			window.frames_ms.push(now - last);
			last = now;
			window.frame = requestAnimationFrame(next);
		};
		window.frame = requestAnimationFrame(next);
	});
	await move();
	return page.evaluate(() => {
		cancelAnimationFrame(window.frame);
		const sorted = window.frames_ms.slice(1).sort((a, b) => a - b);
		const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
		return { count: sorted.length, p50: at(0.5), p99: at(0.99), longest: at(1) };
	});
}

async function millionRows(world) {
	const page = await world.page();
	page.setDefaultTimeout(120000);
	await world.go(page, "#/ask");
	await page.locator(".cm-content").click();
	await page.keyboard.insertText(
		`SELECT i, i * 7 % 1000 AS a, 'row ' || i AS name, i / 3.0 AS b FROM generate_series(1, ${ROWS}) AS g(i)`);
	await page.keyboard.press("Control+Enter");
	await page.getByText(/1,000,000 rows/).first().waitFor();
	const grid = page.getByRole("grid").first();
	const box = await grid.boundingBox();
	await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
	const seen = await frames(page, async () => {
		for (let i = 0; i < 120; i++) {
			await page.mouse.wheel(0, i < 60 ? 400 : 40000);
			await page.waitForTimeout(16);
		}
	});
	console.log("  frames of a million rows:", JSON.stringify(seen));
	assert(seen.count > 60, "frames are drawn while it scrolls");
	await grid.press("Control+End");
	await grid.getByRole("gridcell", { name: "row 1000000" }).waitFor();
	await world.leave(page);
}

async function heapBytes(session) {
	await session.send("HeapProfiler.collectGarbage");
	return (await session.send("Runtime.getHeapUsage")).usedSize;
}

// An hour in which the page's clock runs faster than ours.
async function anHourOfHealth(world) {
	const page = await world.page();
	await page.clock.install();
	let samples = 0;
	page.on("response", (response) => {
		if (response.url().includes("/command")) samples++;
	});
	await world.go(page, "#/health");
	await page.locator(".spark").first().waitFor();
	const session = await page.context().newCDPSession(page);
	const heaps = [];
	for (let ms = 0; ms < HOUR_MS; ms += SAMPLE_MS) {
		const before = samples;
		await page.clock.runFor(SAMPLE_MS);
		for (let i = 0; samples === before && i < 200; i++) await page.waitForTimeout(2);
		if (ms % (HOUR_MS / 6) === 0) heaps.push(await heapBytes(session));
	}
	heaps.push(await heapBytes(session));
	console.log(`  ${samples} answers, heap in MiB:`, heaps.map((one) => (one / 2 ** 20).toFixed(1)).join(" "));
	assert(samples > HOUR_MS / SAMPLE_MS, "it was sampled for an hour");
	// The first ten minutes fill what is kept.
	assert(heaps[heaps.length - 1] < heaps[1] * 1.25 + 2 ** 20, "the heap stays");
	await world.leave(page);
}

module.exports = [
	["a million rows are scrolled", millionRows],
	["an hour of health keeps its memory", anHourOfHealth],
];
