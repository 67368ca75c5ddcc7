/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ddl_grant_private.h -- between GRANT on what users make and on what is the
 * server's own.
 *
 * Threads: as the statement.
 */
#pragma once

#include "engine/catalog/acl.h"
#include "exec/ddl_private.h"

struct system_table;

/* What rights are granted on: an object, or a column of one. */
struct grant_target {
	struct acl_object object;
	uint32_t attnum; /* 0: the whole */
	struct str column;
	bool is_all; /* no right is named */
};

/* The right that a word means, or an error; of a column, or of the whole. */
MUST_USE int grant_right(const struct ast_grant *grant, struct str word,
    bool is_of_column, uint32_t *out, struct error *err);

/* Whom it is about; ACL_PUBLIC is everybody. */
MUST_USE int grant_find_role(struct ddl_run *run, const struct ast_role *role,
    uint32_t *out, struct error *err);

/* 42501 and 42703. */
int grant_denied(const struct ddl_run *run, const struct grant_target *target,
    struct error *err);
int grant_undefined_column(const struct grant_target *target,
    struct error *err);

/* "no" or "not all" of the privileges. */
void grant_warn(struct ddl_run *run, const char *how_many,
    const struct grant_target *target);

/* `rights` are those on the whole. */
MUST_USE int grant_on_system(struct ddl_run *run,
    const struct system_table *table, uint32_t rights, struct error *err);
