// SPDX-License-Identifier: Apache-2.0
// Loan applications in the style of the BPI Challenge 2012: a few by hand, or as
// many of the challenge's own as its folder has.
const fs = require("fs");
const path = require("path");
const zlib = require("zlib");

const TYPES = `
DEFINE application FIELDS { "activity": "string", "lifecycle": "string",
  "resource": "string | null", "amount_requested": "int", "registered_at": "datetime" };
DEFINE offer FIELDS { "activity": "string", "lifecycle": "string", "resource": "string | null" };
DEFINE work_item FIELDS { "activity": "string", "lifecycle": "string", "resource": "string | null" }`;

// Type, activity, resource, seconds after the application.
const STORY = [
	["application", "SUBMITTED", "112", 0],
	["application", "PARTLYSUBMITTED", "112", 0.334],
	["application", "PREACCEPTED", "112", 53.36],
	["work_item", "Completeren aanvraag", "112", 54.329],
	["application", "ACCEPTED", "10862", 46963],
	["offer", "SELECTED", "10862", 47137],
	["offer", "CREATED", "10862", 47138],
	["offer", "SENT", "10862", 47140],
	["work_item", "Nabellen offertes", "10862", 47142],
	["offer", "SENT_BACK", null, 875000],
	["application", "APPROVED", "10629", 1072733],
];

const LOANS = 60;
const START_MS = Date.UTC(2011, 8, 30, 22, 38, 44, 546);
const HOUR_MS = 3600000;

function eventOf(loan, [type, activity, resource, seconds]) {
	const start = START_MS + (loan % 24) * HOUR_MS + loan * 60000;
	const payload = { activity, lifecycle: "complete", resource };
	if (type === "application") {
		payload.amount_requested = 5000 + (loan % 9) * 2500;
		payload.registered_at = new Date(start).toISOString();
	}
	return {
		type,
		context: `loan-${173688 + loan}`,
		at: new Date(start + seconds * 1000).toISOString(),
		payload,
	};
}

// Every loan is told to its end before the next, the later ones not quite.
function byHand() {
	const events = [];
	for (let loan = 0; loan < LOANS; loan++)
		for (const step of STORY.slice(0, loan === 0 ? STORY.length : 3 + (loan % 9)))
			events.push(eventOf(loan, step));
	return events;
}

// CSV whose last field is in quotes, as events.csv.gz has it.
function ofLine(line) {
	const [type, context, at] = line.split(",", 3);
	const begin = type.length + context.length + at.length + 3;
	const text = line.slice(begin + 1, -1).replaceAll('""', '"');
	return { type, context, at, payload: JSON.parse(text) };
}

function ofChallenge(folder) {
	const file = path.join(folder, "events.csv.gz");
	const text = zlib.gunzipSync(fs.readFileSync(file)).toString();
	return text.trim().split("\n").slice(1).map(ofLine);
}

async function load(world) {
	const folder = process.env.STELE_LOANS_DIR;
	const isWhole = folder && fs.existsSync(path.join(folder, "events.csv.gz"));
	const events = isWhole ? ofChallenge(folder) : byHand();
	await world.command(TYPES);
	for (let first = 0; first < events.length; first += 20000)
		await world.store(events.slice(first, first + 20000));
	return { count: events.length, isWhole };
}

module.exports = { load, loan: "loan-173688", TYPES };
