/* SPDX-License-Identifier: Apache-2.0 */
/*
 * comment.h -- what is said of an object, as PostgreSQL's catalogue has it:
 * COMMENT ON, and what schemas are born with.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/str.h"
#include "engine/catalog/catalog.h"
#include "plan/relation.h"

/* The catalogues that list the objects, by the OIDs of their pg_class rows. */
#define PG_TYPE_OID       1247u
#define PG_PROC_OID       1255u
#define PG_CLASS_OID      1259u
#define PG_AUTHID_OID     1260u
#define PG_DATABASE_OID   1262u
#define PG_ATTRDEF_OID    2604u
#define PG_CONSTRAINT_OID 2606u
#define PG_NAMESPACE_OID  2615u
#define PG_OPERATOR_OID   2617u
#define PG_REWRITE_OID    2618u
#define PG_EXTENSION_OID  3079u
#define PG_COLLATION_OID  3456u

uint32_t comment_class_oid(enum object_class class);

/* False: nothing is said of it. */
bool comment_find(const struct relation_space *space, uint32_t class_oid,
    uint32_t oid, uint32_t attnum, struct str *out);
