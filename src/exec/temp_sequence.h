/* SPDX-License-Identifier: Apache-2.0 */
/*
 * temp_sequence.h -- the numbers of a session's sequences.
 *
 * A number that is given is gone: nothing takes it back, neither an error nor
 * ROLLBACK.  What makes a sequence begin anew (RESTART, TRUNCATE ... RESTART
 * IDENTITY) gives it another counter, which a rollback does take back.
 *
 * Threads: the session's, one at a time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/error.h"
#include "plan/temp_table.h"

struct temp_tables;

/* One that gives `first` next; currval() is as of `old`, if not NULL.  NULL. */
struct temp_counter *temp_counter_new(int64_t first,
    const struct temp_counter *old);
struct temp_counter *temp_counter_ref(struct temp_counter *counter);
void temp_counter_unref(struct temp_counter *counter);

/* nextval(); 2200H at the end of a sequence that does not cycle. */
MUST_USE int temp_sequence_next(struct temp_tables *temp,
    const struct temp_sequence *sequence, int64_t *out, struct error *err);

/* setval(); 22003. */
MUST_USE int temp_sequence_set(const struct temp_sequence *sequence,
    int64_t value, bool is_called, struct error *err);

/* currval() and lastval(); 55000 if there is none. */
MUST_USE int temp_sequence_current(const struct temp_sequence *sequence,
    int64_t *out, struct error *err);
MUST_USE int temp_sequence_last(const struct temp_tables *temp, int64_t *out,
    struct error *err);

/* DISCARD SEQUENCES: no sequence has given a number yet to this session. */
void temp_sequences_discard(struct temp_tables *temp);
