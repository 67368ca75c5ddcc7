/* SPDX-License-Identifier: Apache-2.0 */
/*
 * temp_ddl_private.h -- what the parts of temp_ddl.h share.
 *
 *   temp_ddl.c           what is made, emptied or commented on
 *   temp_ddl_alter.c     tables under another definition, and their indexes
 *   temp_ddl_drop.c      what is dropped, and what goes with it
 *   temp_ddl_sequence.c  sequences
 */
#pragma once

#include "exec/temp_ddl.h"

struct temp_run {
	const struct plan *plan;
	const struct plan_temp_ddl *ddl;
	const struct exec_context *context;
	struct temp_tables *temp;
	struct cascade *cascade; /* of DROP */
};

/* ---- temp_ddl.c ---- */

/* A notice that has its message; code 0 names no condition. */
void temp_ddl_tell(const struct temp_run *run, int code, struct error *notice);

/* 42P07 if there is another of the name. */
MUST_USE int temp_ddl_check_name(const struct temp_run *run, struct str name,
    struct error *err);

/* What its enums' types point to lives as long as the table. */
void temp_ddl_hold_enums(const struct temp_run *run, struct temp_table *table);

/* The table as it is now; 42P01 if it has gone since the plan was made. */
MUST_USE int temp_ddl_find_table(const struct temp_run *run, uint32_t oid,
    const struct temp_table **out, struct error *err);

/* ---- temp_ddl_alter.c ---- */

MUST_USE int temp_ddl_alter_table(const struct temp_run *run,
    struct error *err);
MUST_USE int temp_ddl_create_index(const struct temp_run *run,
    struct error *err);
MUST_USE int temp_ddl_drop_index(const struct temp_run *run,
    const struct temp_table *old, uint32_t key, struct error *err);

/* ---- temp_ddl_drop.c ---- */

/* Tables, views, sequences and indexes; with CASCADE what needs them too. */
MUST_USE int temp_ddl_drop(const struct temp_run *run, struct error *err);
