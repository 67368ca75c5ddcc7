/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keep_lock.h -- who copies a directory keeps its log from going away.
 *
 * <dir>/KEEP is an empty file.  Who copies the directory holds a lock on it;
 * a server takes it for the moment in which it says in the MANIFEST that files
 * of the log are needed no more, and says nothing while it cannot have it.  So
 * all files that a MANIFEST names as needed, read under the lock, stay as long
 * as the lock is held.  It ends with its process.
 *
 * It is also the first file of a copy, before there is anything to be copied:
 * a directory with it and without a MANIFEST is not a new one, but a copy that
 * was not finished.
 *
 * Segments need no lock: they do not change, and who finds one gone reads the
 * MANIFEST again.
 *
 * Threads: any.
 */
#pragma once

#include "common/attr.h"

struct error;
struct os_file;
struct os_fs;

#define KEEP_NAME "KEEP"

/* Give it back with os_close().  STELE_E_OBJECT_IN_USE: not now. */
MUST_USE int keep_lock_try(struct os_fs *fs, const char *dir,
    struct os_file **out, struct error *err);

/* Wait for it, for some seconds: a server holds it for a sync or two. */
MUST_USE int keep_lock_wait(struct os_fs *fs, const char *dir,
    struct os_file **out, struct error *err);
