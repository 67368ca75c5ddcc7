/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fixture.h -- an engine on a temporary directory, and the few verbs that its
 * tests are written in.  Every failure ends the test.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "engine/engine.h"
#include "os/file.h"

#define FIXTURE_CONTEXTS 7 /* names that fixture_context() cycles through */

/* Event type "payment": what the rows of fixture_add() are. */
enum payment_column {
	PAYMENT_AMOUNT = COLUMN_FIRST_FIELD, /* bigint not null */
	PAYMENT_NOTE,                        /* text, null in odd rows */
	PAYMENT_PRICE,                       /* numeric(10,2) */
};

struct fixture {
	char dir[64];
	struct os_fs *fs; /* the real one unless a test sets another */
	struct engine_options options;
	struct engine *engine;
	uint32_t payment; /* its oid */
	/* The time of the payment of an amount; NULL: the server's clock. */
	int64_t (*time_of)(int64_t amount);
	/* Which rows are added one at a time; all others together. */
	enum fixture_rows {
		ROWS_TOGETHER,
		ROWS_ONE_BY_ONE,
		ROWS_EITHER_WAY, /* by turns */
	} rows;
	unsigned row_turn;
};

/* Make the directory; small sizes, 3 shards. */
void fixture_init(struct fixture *fixture);
void fixture_remove(struct fixture *fixture); /* and close */

void fixture_open(struct fixture *fixture);
void fixture_close(struct fixture *fixture);
void fixture_reopen(struct fixture *fixture);

/* Commit and wait; returns commit->rc. */
int fixture_commit(struct fixture *fixture, struct write_batch *batch,
    enum sync_mode mode, struct commit *commit);
void fixture_flush(struct fixture *fixture);

/* write_batch_rows() for one row after the other, until one is refused. */
int fixture_add_one_by_one(struct write_batch *batch,
    const struct event_type *type, const struct vec *cols, uint32_t count,
    struct error *refusal);

/* Create "payment". */
void fixture_define(struct fixture *fixture);
const struct event_type *fixture_type(struct fixture *fixture);

/* The name of context `i`, valid until the test ends. */
struct str fixture_context(uint64_t i);

/*
 * Add rows with amounts first, first + 1 ...; contexts go round.  They are bound
 * to the schema as the batch has it; fields that were added to it are null.
 */
void fixture_add(struct fixture *fixture, struct write_batch *batch,
    int64_t first, uint32_t count);

/* One batch of them, committed with SYNC_ON. */
void fixture_store(struct fixture *fixture, int64_t first, uint32_t count);

struct fixture_row {
	int64_t event_id;
	int64_t timestamp;
	int64_t version; /* of the schema */
	int64_t amount;
	char context[16];
	char note[16]; /* "" for null */
	int64_t price; /* in hundredths; -1 for null */
};

/*
 * All payments of a snapshot, of one context unless NULL, merged into
 * ascending event_id; malloc'd.
 */
struct fixture_row *fixture_scan(struct fixture *fixture,
    const struct str *context, uint64_t first, uint64_t last, size_t *count);

/* The same of the payments with these ids, ascending. */
struct fixture_row *fixture_find(struct fixture *fixture, const int64_t *ids,
    uint32_t id_count, size_t *count);

/* Fails unless exactly events 1..count are there, as fixture_add() made them
 * with amounts 0, 1, 2 ... in order, over all and context by context. */
void fixture_check(struct fixture *fixture, size_t count);

/* Fails unless this is event amount + 1, as fixture_add() made it. */
void fixture_check_row(const struct fixture *fixture,
    const struct fixture_row *row, int64_t amount);
