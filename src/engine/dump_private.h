/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dump_private.h -- files of ours as text; each format's dumper lies beside
 * the format.
 *
 * A dumper prints what it finds, also of a damaged file, and says where it is
 * damaged; it believes nothing that it has not checked.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/buf.h"
#include "types/type.h"

struct catalog;
struct error;
struct os_file;
struct os_fs;
struct schema_version;
struct uuid;

struct dump {
	struct os_fs *fs;
	const char *path;
	struct os_file *file; /* open for reading */
	uint64_t size;
	void (*line)(void *arg, const char *text);
	void *arg;
	uint64_t problems;
};

void dump_line(struct dump *dump, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* A line that says that something is wrong, and one problem more. */
void dump_problem(struct dump *dump, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Text in double quotes, with what is not printable as \xNN. */
void dump_put_quoted(struct buf *out, struct str text);

/* A row of a vector, or "null". */
void dump_put_value(struct buf *out, const struct type *type,
    const struct vec *vec, uint32_t row);

/* The types and enums of a catalogue. */
void dump_catalog(struct dump *dump, const struct catalog *catalog);

/* 36 characters and a NUL. */
void dump_uuid(const struct uuid *uuid, char out[37]);

/*
 * 0, STELE_E_OUT_OF_MEMORY or what a file call answers.  That of a log takes
 * key and catalogue from the MANIFEST of its directory, if there is one.
 */
MUST_USE int wal_dump(struct dump *dump, struct error *err);
MUST_USE int manifest_dump(struct dump *dump, struct error *err);
MUST_USE int segment_dump(struct dump *dump, struct error *err);
