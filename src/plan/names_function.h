/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names_function.h -- functions and operators by their names, as regproc,
 * regprocedure, regoper and regoperator read and print them.
 *
 * Those that find return 0 and *oid, or STELE_E_UNDEFINED_FUNCTION,
 * _AMBIGUOUS_FUNCTION (a name alone that several have), _INVALID_SCHEMA_NAME;
 * `text` is what errors show.  Those that print return false if there is no
 * object of the OID.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "plan/names.h"
#include "plan/pg_function.h"
#include "sql/ast.h"

MUST_USE int names_find_function(const struct plan_context *context,
    const struct ast_name *name, struct str text, uint32_t *oid,
    struct error *err);
MUST_USE int names_find_operator(const struct ast_name *name, struct str text,
    uint32_t *oid, struct error *err);

/* With types of arguments; of an operator both sides, 0 for none. */
MUST_USE int names_find_signature(const struct plan_context *context,
    const struct ast_name *name, const uint32_t *args, uint32_t count,
    struct str text, uint32_t *oid, struct error *err);
MUST_USE int names_find_operands(const struct ast_name *name,
    const uint32_t args[2], struct str text, uint32_t *oid, struct error *err);

/* A name alone has its schema where others have it, too. */
bool names_put_function(const struct plan_context *context, uint32_t oid,
    struct buf *out);
bool names_put_signature(const struct plan_context *context, uint32_t oid,
    struct buf *out);
bool names_put_operator(uint32_t oid, struct buf *out);
bool names_put_operands(const struct plan_context *context, uint32_t oid,
    struct buf *out);
