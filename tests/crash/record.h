/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record.h -- the kill test's own account of what it sent, kept outside the
 * server, and the rules that what the server gives back is judged by.
 *
 * Each writer numbers its events 1, 2, 3 ... for ever; a number is never used
 * again.  Events travel in units: what one acknowledgement covers, a single
 * STORE or a whole transaction.  Of every unit the record knows whether it
 * was acknowledged, certainly never committed, or in flight when the server
 * died.
 *
 *   R1  Every event of an acknowledged unit is there, once.
 *   R2  A unit in flight is there entirely or not at all, and what the first
 *       look after the kill found stays so.
 *   R3  No other event is there, and each has the content that was sent.
 *   R4  event_id is 1, 2, 3 ... without a gap.
 *   R5  The numbers of each writer rise with event_id.
 *   R6  An event_id that a statement returned is the event's.
 *
 * Threads: during a cycle each writer_record belongs to its writer's thread;
 * between cycles all belong to the main thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	WRITER_COUNT = 8,
	TYPE_COUNT = 3,
	CONTEXT_COUNT = 48,
	BODY_SIZE_MAX = 4096,
};

enum unit_state {
	UNIT_OPEN,    /* sent, not answered: either way is right, once */
	UNIT_PRESENT, /* acknowledged, or found after a kill */
	UNIT_ABSENT,  /* rolled back, never committed, or not found */
};

struct sent_event {
	uint32_t unit;
	uint8_t type;
	uint8_t context;
	uint64_t returned_id; /* 0 if the statement did not return it */
	uint64_t seen_id;     /* 0 until it is read back */
};

struct unit {
	uint32_t first_seq;
	uint32_t event_count;
	uint32_t seen_count;
	enum unit_state state;
};

struct writer_record {
	uint32_t writer;
	struct sent_event *events; /* by number, [0] is not used */
	uint32_t event_count;
	uint32_t event_room;
	struct unit *units;
	uint32_t unit_count;
	uint32_t unit_room;
	uint32_t judged_count; /* units before this one are settled */
	uint32_t last_seen_seq;
};

/* Which event has which event_id. */
struct place {
	uint32_t writer;
	uint32_t seq;
};

struct record {
	struct writer_record writers[WRITER_COUNT];
	struct place *places; /* by event_id, [0] is not used */
	uint64_t place_count; /* the last event_id read back */
	uint64_t place_room;
};

/* One row read back from `events`. */
struct row {
	uint64_t event_id;
	uint32_t type;
	uint32_t context;
	uint32_t writer;
	uint32_t seq;
	const char *body;
};

void record_init(struct record *record);
void record_release(struct record *record);

/* ---- by the writer's thread ---- */

/* A new unit; it stays UNIT_OPEN unless record_settle_unit() is called. */
void record_begin_unit(struct writer_record *own);

/* A new event of the newest unit; its number. */
uint32_t record_add_event(struct writer_record *own, uint32_t type,
    uint32_t context);

void record_settle_unit(struct writer_record *own, enum unit_state state);

/* The content of an event is made from its number; the string's length. */
size_t record_body(uint32_t writer, uint32_t seq,
    char body[static BODY_SIZE_MAX]);

/* ---- by the main thread ---- */

/* Rows come in the order of event_id.  False: a rule is broken, see `why`. */
bool record_see(struct record *record, const struct row *row, char *why,
    size_t why_size);

/* After the last row: R1 and R2 for all units that are not settled yet. */
bool record_judge(struct record *record, char *why, size_t why_size);

/* Begin again with the first row, to look at everything once more. */
void record_unsee(struct record *record);

struct record_totals {
	uint64_t events, units, present, absent;
};
struct record_totals record_totals(const struct record *record);
