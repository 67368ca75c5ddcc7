/* SPDX-License-Identifier: Apache-2.0 */
/*
 * temp_tables.h -- what is temporary in a session: its definitions, and the
 * stamps by which its rows are seen and taken back.
 *
 * Each statement that writes gets the next stamp (temp_rows.h).  A mark is the
 * definitions and the stamp of a moment: to go back to it is to take those
 * definitions again and to rewind their rows.  A transaction begins at the mark
 * of the last commit, a savepoint has one of its own.
 *
 * Nothing of it is on disk; all of it goes with the session.
 *
 * Threads: the session's, one at a time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/error.h"
#include "plan/temp_table.h"

/* A moment; zeroed: before anything was made. */
struct temp_mark {
	struct temp_catalog *catalog; /* a reference; NULL: empty */
	uint64_t stamp;
};

struct temp_tables {
	struct temp_catalog *catalog; /* a reference; NULL: empty */
	uint64_t stamp;               /* the newest */
	struct temp_mark committed;
	uint32_t next_oid;
	uint32_t last_sequence; /* what lastval() is of; 0: none yet */
	struct mem_budget budget;
};

/* `total` may be NULL; it lives longer. */
void temp_tables_init(struct temp_tables *temp, size_t limit_bytes,
    struct mem_budget *total);

/* Who has references to its catalogues must have given them up. */
void temp_tables_release(struct temp_tables *temp);

struct temp_catalog *temp_catalog_ref(struct temp_catalog *catalog);
void temp_catalog_unref(struct temp_catalog *catalog);

/* ---- transactions ---- */

void temp_tables_mark(const struct temp_tables *temp, struct temp_mark *mark);
void temp_mark_release(struct temp_mark *mark);
void temp_tables_rewind(struct temp_tables *temp, const struct temp_mark *mark);

/* Whether there is anything to commit. */
bool temp_tables_is_changed(const struct temp_tables *temp);

/* Back to the last commit. */
void temp_tables_abort(struct temp_tables *temp);

/* ON COMMIT is done, and what nobody sees any more goes. */
void temp_tables_commit(struct temp_tables *temp);

/* ---- definitions ---- */

/* A copy of a definition, with its OIDs if it has them, without rows; NULL. */
struct temp_table *temp_table_new(const struct temp_table *from,
    struct temp_tables *temp);
void temp_table_unref(struct temp_table *table);
struct temp_view *temp_view_new(const struct sql_view *from, struct str name,
    struct temp_tables *temp);
void temp_view_unref(struct temp_view *view);

/* A copy, with an OID if it has none; of its numbers a reference, or NULL. */
struct temp_sequence *temp_sequence_new(const struct temp_sequence *from,
    struct temp_tables *temp);
void temp_sequence_unref(struct temp_sequence *sequence);

/*
 * The catalogue from now on has this table, view or sequence, in the place of
 * the one with its OID if there is one.  The reference is taken, also on an
 * error (53200).
 */
MUST_USE int temp_tables_put_table(struct temp_tables *temp,
    struct temp_table *table, struct error *err);
MUST_USE int temp_tables_put_view(struct temp_tables *temp,
    struct temp_view *view, struct error *err);
MUST_USE int temp_tables_put_sequence(struct temp_tables *temp,
    struct temp_sequence *sequence, struct error *err);
MUST_USE int temp_tables_remove(struct temp_tables *temp, uint32_t oid,
    struct error *err);

/* The sequences that go with a table. */
MUST_USE int temp_tables_remove_owned(struct temp_tables *temp,
    uint32_t table_oid, struct error *err);

/*
 * What is said of a table or a view, which must be there, or of a column of it,
 * from 1.  53200.
 */
MUST_USE int temp_tables_comment(struct temp_tables *temp, uint32_t oid,
    uint32_t attnum, struct str text, struct error *err);

/* Remove all. */
void temp_tables_remove_all(struct temp_tables *temp);
