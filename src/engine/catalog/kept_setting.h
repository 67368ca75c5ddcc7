/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kept_setting.h -- settings that sessions begin with: ALTER ROLE ... SET and
 * ALTER DATABASE ... SET.
 *
 * A list is for a role or for all of them, in any database or, which is the
 * same but for what beats what, in the one that there is.  The engine knows
 * names and texts; what they mean, and who may set them, the server knows.
 *
 * Invariants
 *   S1  Each pair of database and role has one list at most, and none is empty.
 *   S2  A list has each name once, whatever its case.
 *   S3  Whose list it is, is there: it goes with its role.
 *
 * Threads: as the catalogue.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/str.h"

struct catalog;

struct kept_setting {
	struct str name;
	struct str value;
};

struct setting_list {
	uint32_t database_oid; /* 0: in any */
	uint32_t role_oid;     /* 0: of all */
	uint32_t count;
	const struct kept_setting *settings; /* in the order they were made */
};

/* They are read at each login and written with each MANIFEST: few, and short. */
#define SETTING_LIST_MAX  256
#define SETTING_NAME_MAX  255
#define SETTING_VALUE_MAX 8192

/* NULL if there is none. */
const struct setting_list *catalog_settings(const struct catalog *catalog,
    uint32_t database_oid, uint32_t role_oid);

/* ---- changes ---- */

/* What DDL_SET_SETTING says of its role (0: of all). */
struct setting_change {
	uint32_t database_oid; /* 0: in any */
	struct kept_setting setting;
	bool is_reset; /* there is none any more; the value is empty */
};
