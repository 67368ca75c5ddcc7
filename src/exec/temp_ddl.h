/* SPDX-License-Identifier: Apache-2.0 */
/*
 * temp_ddl.h -- CREATE, ALTER, DROP of what is temporary; private to src/exec/.
 */
#pragma once

#include "common/attr.h"
#include "exec/exec.h"
#include "plan/logical.h"

/* A new table, which is the session's; 42P07 if there is one of its name. */
MUST_USE int temp_ddl_create(const struct plan *plan,
    const struct plan_temp_ddl *ddl, const struct exec_context *context,
    const struct temp_table **out, struct error *err);

/* ---- temp_ddl_sequence.c ---- */

struct plan_temp_ddl;
struct plan_temp_sequence;
struct temp_table;
struct temp_tables;
struct temp_use;

/* A new one; of a column of the table, if it is one's, which then knows it. */
MUST_USE int temp_sequence_create(struct temp_tables *temp,
    const struct plan_temp_sequence *plan, struct temp_table *table,
    struct error *err);
MUST_USE int temp_sequence_change(struct temp_tables *temp,
    const struct plan_temp_sequence *plan, struct error *err);

/* Those that a definition of a table, which is not put yet, makes or changes. */
MUST_USE int temp_sequences_of_table(struct temp_tables *temp,
    const struct plan_temp_ddl *ddl, struct temp_table *table,
    struct error *err);

/* What a table owned, when ALTER TABLE has moved and dropped columns. */
MUST_USE int temp_sequences_follow(struct temp_tables *temp, uint32_t table_oid,
    const struct plan_temp_ddl *ddl, struct error *err);

/* What a table owns begins anew. */
MUST_USE int temp_sequences_restart(struct temp_tables *temp,
    uint32_t table_oid, struct error *err);

/* The column has no default any more. */
MUST_USE int temp_default_remove(struct temp_tables *temp,
    const struct temp_use *use, struct error *err);
