/* SPDX-License-Identifier: Apache-2.0 */
/*
 * visit_segments.h -- the rows of segments that a batch of an archived file
 * names, for an archive_visitor.
 */
#pragma once

#include "common/attr.h"

struct archive_visitor;
struct catalog;
struct error;
struct os_fs;
struct uuid;
struct wal_replay_batch;

struct segment_visit {
	struct os_fs *fs;
	const char *archive_dir;
	const struct uuid *directory;
	const struct catalog *catalog;
	const struct archive_visitor *visitor;
};

/*
 * Tell their rows in the order of event_id, some at a time.  Errors as of
 * segment_open() and its cursors, and the visitor's.
 */
MUST_USE int visit_segments(const struct segment_visit *visit,
    const struct wal_replay_batch *batch, struct error *err);
