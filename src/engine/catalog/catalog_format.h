/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalog_format.h -- schema changes and whole catalogues as bytes: records of
 * the log, and the checkpoint in the MANIFEST.  The layout is in
 * doc/format.md.
 *
 * Decoders believe nothing: bytes that no encoder writes are STELE_E_CORRUPT.
 */
#pragma once

#include "common/attr.h"
#include "common/str.h"
#include "engine/catalog/catalog.h"

struct arena;
struct buf;
struct error;
struct reader;

/* "create type" and so on, for those who look; NULL: there is no such kind. */
const char *ddl_kind_name(enum ddl_kind kind);

void ddl_encode(const struct ddl *ddl, struct buf *out);

/* Names and defaults are borrowed from the bytes, arrays are in the arena. */
MUST_USE int ddl_decode(struct reader *r, struct arena *arena, struct ddl *out,
    struct error *err);

void catalog_encode(const struct catalog *catalog, struct buf *out);

/* *out is a new reference. */
MUST_USE int catalog_decode(struct str bytes, const struct catalog **out,
    struct error *err);
