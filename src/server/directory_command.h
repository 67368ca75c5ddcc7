/* SPDX-License-Identifier: Apache-2.0 */
/*
 * directory_command.h -- what the command line does with data directories and
 * their files, without running a server.
 *
 * Each prints what it has found or done and returns the status of the process.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/attr.h"

struct config;
struct error;

#define CONFIG_NAME     "stele.conf" /* in a directory: its settings */
#define CONFIG_SIZE_MAX ((size_t)1 << 20)

/* An error on stderr, with all that it says. */
void print_error(const struct error *err);

/* Read everything; success only without a problem.  Progress is on stderr. */
int directory_verify(const char *dir, bool has_progress);

/*
 * Copy a directory, its stele.conf and stele.hba too, and verify the copy: a
 * backup, and the other way round a restore, which also takes a native.key that
 * somebody has put beside the backup.
 */
int directory_copy(const char *from, const char *to, bool must_copy);
int directory_restore(const char *from, const char *to, bool must_copy);

/* Another number of shards; "8", not a number, or too many. */
int directory_reshard(const char *dir, const struct config *config,
    const char *shard_count);

/*
 * Before a server is started: if the log is corrupt, make of the directory what
 * can be opened, and print what is lost on stderr.
 */
MUST_USE int directory_salvage(const char *dir, const struct config *config,
    struct error *err);

/* A file as text; success only for one without damage. */
int directory_dump(const char *path);
