/* SPDX-License-Identifier: Apache-2.0 */
#include "crash/record.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *
grow(void *items, size_t size, uint64_t room)
{
	void *grown = realloc(items, size * room);

	if (grown == NULL) {
		perror("kill_test");
		exit(EXIT_FAILURE);
	}
	return grown;
}

void
record_init(struct record *record)
{
	memset(record, 0, sizeof(*record));
	for (uint32_t i = 0; i < WRITER_COUNT; i++)
		record->writers[i].writer = i;
}

void
record_release(struct record *record)
{
	for (uint32_t i = 0; i < WRITER_COUNT; i++) {
		free(record->writers[i].events);
		free(record->writers[i].units);
	}
	free(record->places);
}

void
record_begin_unit(struct writer_record *own)
{
	if (own->unit_count == own->unit_room) {
		own->unit_room = own->unit_room * 2 + 1024;
		own->units =
		    grow(own->units, sizeof(*own->units), own->unit_room);
	}
	own->units[own->unit_count++] = (struct unit){
		.first_seq = own->event_count + 1,
	};
}

uint32_t
record_add_event(struct writer_record *own, uint32_t type, uint32_t context)
{
	uint32_t seq = ++own->event_count;

	if (seq >= own->event_room) {
		own->event_room = own->event_room * 2 + 4096;
		own->events =
		    grow(own->events, sizeof(*own->events), own->event_room);
	}
	own->events[seq] = (struct sent_event){
		.unit = own->unit_count - 1,
		.type = (uint8_t)type,
		.context = (uint8_t)context,
	};
	own->units[own->unit_count - 1].event_count++;
	return seq;
}

void
record_settle_unit(struct writer_record *own, enum unit_state state)
{
	own->units[own->unit_count - 1].state = state;
}

size_t
record_body(uint32_t writer, uint32_t seq, char body[static BODY_SIZE_MAX])
{
	uint64_t bits = (writer + 1) * UINT64_C(0x9e3779b97f4a7c15) +
	    seq * UINT64_C(0xd1b54a32d192ed03);
	size_t len = (bits >> 20) % 120;

	if ((bits >> 40) % 64 == 0)
		len = BODY_SIZE_MAX - 1 - len;
	for (size_t i = 0; i < len; i++) {
		bits ^= bits << 13;
		bits ^= bits >> 7;
		bits ^= bits << 17;
		body[i] = (char)('a' + bits % 26);
	}
	body[len] = '\0';
	return len;
}

static bool wrong(char *why, size_t why_size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool
wrong(char *why, size_t why_size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, why_size, format, args);
	va_end(args);
	return false;
}

static void
record_place(struct record *record, const struct row *row)
{
	if (row->event_id >= record->place_room) {
		record->place_room = record->place_room * 2 + 65536;
		record->places = grow(record->places, sizeof(*record->places),
		    record->place_room);
	}
	record->places[row->event_id] = (struct place){
		.writer = row->writer,
		.seq = row->seq,
	};
	record->place_count = row->event_id;
}

bool
record_see(struct record *record, const struct row *row, char *why,
    size_t why_size)
{
	char body[BODY_SIZE_MAX];
	struct writer_record *own;
	struct sent_event *event;
	struct unit *unit;

	if (row->event_id != record->place_count + 1)
		return wrong(why, why_size, "R4: event_id %ju follows %ju",
		    (uintmax_t)row->event_id, (uintmax_t)record->place_count);
	if (row->writer >= WRITER_COUNT || row->seq == 0 ||
	    row->seq > record->writers[row->writer].event_count)
		return wrong(why, why_size, "R3: never sent: %u.%u",
		    row->writer, row->seq);
	own = &record->writers[row->writer];
	event = &own->events[row->seq];
	unit = &own->units[event->unit];
	record_body(row->writer, row->seq, body);
	if (event->type != row->type || event->context != row->context ||
	    strcmp(body, row->body) != 0)
		return wrong(why, why_size, "R3: not as it was sent: %u.%u",
		    row->writer, row->seq);
	if (event->seen_id != 0)
		return wrong(why, why_size, "R1: twice: %u.%u is %ju and %ju",
		    row->writer, row->seq, (uintmax_t)event->seen_id,
		    (uintmax_t)row->event_id);
	if (unit->state == UNIT_ABSENT)
		return wrong(why, why_size,
		    "R2: not committed, but there: %u.%u", row->writer,
		    row->seq);
	if (row->seq <= own->last_seen_seq)
		return wrong(why, why_size, "R5: %u.%u follows %u.%u",
		    row->writer, row->seq, row->writer, own->last_seen_seq);
	if (event->returned_id != 0 && event->returned_id != row->event_id)
		return wrong(why, why_size,
		    "R6: %u.%u was returned as %ju, is %ju", row->writer,
		    row->seq, (uintmax_t)event->returned_id,
		    (uintmax_t)row->event_id);
	event->seen_id = row->event_id;
	own->last_seen_seq = row->seq;
	unit->seen_count++;
	record_place(record, row);
	return true;
}

static bool
unit_judge(const struct writer_record *own, struct unit *unit, char *why,
    size_t why_size)
{
	uint32_t last_seq = unit->first_seq + unit->event_count - 1;

	if (unit->seen_count != 0 && unit->seen_count != unit->event_count)
		return wrong(why, why_size,
		    "R2: half a batch: %u of %u events of %u.%u to %u.%u",
		    unit->seen_count, unit->event_count, own->writer,
		    unit->first_seq, own->writer, last_seq);
	if (unit->state == UNIT_PRESENT && unit->seen_count == 0 &&
	    unit->event_count != 0)
		return wrong(why, why_size,
		    "R1: lost: acknowledged %u.%u to %u.%u", own->writer,
		    unit->first_seq, own->writer, last_seq);
	unit->state = unit->seen_count != 0 ? UNIT_PRESENT : UNIT_ABSENT;
	return true;
}

bool
record_judge(struct record *record, char *why, size_t why_size)
{
	for (uint32_t i = 0; i < WRITER_COUNT; i++) {
		struct writer_record *own = &record->writers[i];

		for (; own->judged_count < own->unit_count;
		     own->judged_count++) {
			struct unit *unit = &own->units[own->judged_count];

			if (!unit_judge(own, unit, why, why_size))
				return false;
		}
	}
	return true;
}

void
record_unsee(struct record *record)
{
	for (uint32_t i = 0; i < WRITER_COUNT; i++) {
		struct writer_record *own = &record->writers[i];

		for (uint32_t seq = 1; seq <= own->event_count; seq++)
			own->events[seq].seen_id = 0;
		for (uint32_t u = 0; u < own->unit_count; u++)
			own->units[u].seen_count = 0;
		own->judged_count = 0;
		own->last_seen_seq = 0;
	}
	record->place_count = 0;
}

struct record_totals
record_totals(const struct record *record)
{
	struct record_totals totals = { .events = 0 };

	for (uint32_t i = 0; i < WRITER_COUNT; i++) {
		const struct writer_record *own = &record->writers[i];

		totals.events += own->event_count;
		totals.units += own->unit_count;
		for (uint32_t u = 0; u < own->unit_count; u++) {
			totals.present += own->units[u].state == UNIT_PRESENT;
			totals.absent += own->units[u].state == UNIT_ABSENT;
		}
	}
	return totals;
}
