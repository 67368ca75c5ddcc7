/* SPDX-License-Identifier: Apache-2.0 */
/*
 * restore_mark.h -- a directory that is being restored is not taken for one
 * that has been.
 *
 * <dir>/RESTORE is there from before the first change until after the last.
 * Nobody opens or copies such a directory but who goes on restoring it.
 */
#pragma once

#include <stdbool.h>

#include "common/attr.h"

struct error;
struct os_fs;

MUST_USE int restore_mark_set(struct os_fs *fs, const char *dir,
    struct error *err);
MUST_USE int restore_mark_clear(struct os_fs *fs, const char *dir,
    struct error *err);

/* Is it there?  An error if that cannot be told. */
MUST_USE int restore_mark_look(struct os_fs *fs, const char *dir, bool *is_set,
    struct error *err);

/* Is this the name of it, or of what was to become it? */
bool restore_mark_is(const char *name);

/* STELE_E_NOT_IN_PREREQUISITE_STATE if it is. */
MUST_USE int restore_mark_refuse(struct os_fs *fs, const char *dir,
    struct error *err);
