/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format_private.h -- between the files that read and write catalogues.
 *
 * Readers fail with STELE_E_CORRUPT in the end; what they return then is zero.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"

struct acl;
struct arena;
struct buf;
struct catalog;
struct ddl;
struct enum_type;
struct error;
struct event_type;
struct object_comment;
struct reader;
struct role;
struct setting_change;
struct setting_list;
struct sql_view;

uint32_t format_get_u32(struct reader *r);

/* A count of things that take at least one byte each. */
uint32_t format_get_count(struct reader *r);

/* Arrays are bounded by the bytes that are there, by format_get_count(). */
void *format_get_array(struct reader *r, struct arena *arena, uint32_t count,
    size_t size);

/* STELE_E_CORRUPT; or there was no memory for it, which fails readers too. */
int format_malformed(const struct arena *arena, struct error *err);

/*
 * How many bytes an object is in a catalogue's: told when it is made, so that
 * the size of each catalogue is known.  STELE_E_OUT_OF_MEMORY.
 */
MUST_USE int enum_type_measure(const struct enum_type *type, size_t *size,
    struct error *err);
MUST_USE int event_type_measure(const struct event_type *type, size_t *size,
    struct error *err);
MUST_USE int sql_view_measure(const struct sql_view *view, size_t *size,
    struct error *err);
MUST_USE int comment_measure(const struct object_comment *comment, size_t *size,
    struct error *err);
MUST_USE int role_measure(const struct role *role, size_t *size,
    struct error *err);
MUST_USE int acl_measure(const struct acl *acl, size_t *size,
    struct error *err);
MUST_USE int setting_list_measure(const struct setting_list *list, size_t *size,
    struct error *err);

/* The end of each: these are the bytes, which are released. */
MUST_USE int format_measure(struct buf *bytes, size_t *size, struct error *err);

/* ---- role_format.c ---- */

/* What a change of roles or rights says beside what all changes do. */
void role_change_put(struct buf *out, const struct ddl *ddl);
void role_change_get(struct reader *r, struct ddl *out);

/* Roles and lists of rights. */
void catalog_put_security(struct buf *out, const struct catalog *catalog);
MUST_USE int catalog_get_security(struct reader *r, struct arena *arena,
    struct catalog *catalog, struct error *err);

/* Those on columns, of relations that are there. */
void catalog_put_column_rights(struct buf *out, const struct catalog *catalog);
MUST_USE int catalog_get_column_rights(struct reader *r, struct arena *arena,
    struct catalog *catalog, struct error *err);

/* catalog_setting.c: settings that are kept, as bytes. */
void setting_change_put(struct buf *out, const struct setting_change *change);
void setting_change_get(struct reader *r, struct setting_change *out);
void catalog_encode_settings(struct buf *out, const struct catalog *catalog);
MUST_USE int catalog_decode_settings(struct reader *r, struct arena *arena,
    struct catalog *catalog, struct error *err);
