/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest_files.c -- holding the folder of segments against the list.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "engine/manifest/manifest.h"
#include "engine/manifest/manifest_private.h"

#define QUARANTINE_TRIES 10000

/* Names in the folder, each with its NUL, one after the other. */
static void
note_name(void *arg, const char *name)
{
	buf_put(arg, name, strlen(name) + 1);
}

static int
list_folder(struct os_fs *fs, const char *folder, struct buf *names,
    struct error *err)
{
	int rc = os_list(fs, folder, note_name, names, err);

	if (rc == 0 && names->failed)
		rc = error_no_memory(err);
	return rc;
}

/* The name after this one, the first after NULL; NULL at the end. */
static const char *
next_name(const struct buf *names, const char *name)
{
	const char *first = (const char *)names->data;

	if (names->len == 0)
		return NULL;
	name = name == NULL ? first : name + strlen(name) + 1;
	return name < first + names->len ? name : NULL;
}

static bool
has_suffix(const char *name, const char *suffix)
{
	size_t len = strlen(name), suffix_len = strlen(suffix);

	return len >= suffix_len &&
	    strcmp(name + len - suffix_len, suffix) == 0;
}

/* The number of the segment whose file would have exactly this name. */
static bool
number_of_name(const char *name, uint64_t *number)
{
	char exact[32];

	*number = strtoull(name, NULL, 16);
	snprintf(exact, sizeof(exact), "%016" PRIx64 ".seg", *number);
	return strcmp(exact, name) == 0;
}

/* The index of the segment whose file it is. */
static bool
find_by_name(const struct manifest_state *state, const char *name, uint32_t *at)
{
	uint64_t number;

	if (!number_of_name(name, &number))
		return false;
	*at = manifest_find(state, number);
	return manifest_has(state, number);
}

/* Whether a segment of this name has ever had one of the numbers given out. */
static bool
is_given_out(const struct manifest *m, const char *name)
{
	uint64_t number;

	return number_of_name(name, &number) && number < m->state.next_segment;
}

/* Whether an unknown file is one that must not be kept (M4). */
static bool
is_leftover(const struct manifest *m, const char *name)
{
	return has_suffix(name, OS_TEMP_SUFFIX) || is_given_out(m, name);
}

/* Give a file that nobody knows another name, a free one, in quarantine/. */
static int
link_away(struct manifest *m, const char *from, const char *name,
    struct error *err)
{
	char folder[OS_PATH_SIZE];
	char to[OS_PATH_SIZE];
	int rc = os_path(folder, m->dir, QUARANTINE_DIRECTORY, err);

	if (rc == 0)
		rc = os_mkdir(m->fs, folder, err);
	if (rc == 0)
		rc = os_path(to, folder, name, err);
	for (int i = 1; rc == 0 && i <= QUARANTINE_TRIES; i++) {
		rc = os_link(m->fs, from, to, err);
		if (rc == 0)
			break;
		if (err->os_errno != EEXIST || i == QUARANTINE_TRIES)
			return rc;
		if (snprintf(to, sizeof(to), "%.*s/%s.%d",
			(int)(sizeof(to) - 64), folder, name,
			i) >= (int)sizeof(to))
			return rc;
		rc = 0;
	}
	return rc == 0 ? os_fsync_dir(m->fs, folder, err) : rc;
}

/* Move a file that nobody knows out of the way. */
static int
quarantine(struct manifest *m, const char *from, const char *name,
    struct error *err)
{
	int rc = link_away(m, from, name, err);

	return rc == 0 ? os_unlink(m->fs, from, err) : rc;
}

static int
check_size(struct manifest *m, const struct segment_meta *meta,
    const char *path, struct error *err)
{
	struct os_file *file;
	uint64_t size;
	int rc = os_open(m->fs, path, OS_READ, &file, err);

	if (rc != 0)
		return rc;
	rc = os_size(file, &size, err);
	os_close(file);
	if (rc == 0 && size != meta->size_bytes)
		rc = error_set(err, STELE_E_CORRUPT,
		    "file \"%s\" has %" PRIu64 " bytes instead of %" PRIu64,
		    path, size, meta->size_bytes);
	return rc;
}

/* If the MANIFEST knows this file: seen[i] is set for its segment. */
static int
check_known(struct manifest *m, const char *folder, const char *name,
    bool *seen, struct error *err)
{
	char path[OS_PATH_SIZE];
	uint32_t at;
	int rc;

	if (!find_by_name(&m->state, name, &at))
		return 0;
	seen[at] = true;
	rc = os_path(path, folder, name, err);
	return rc == 0 ? check_size(m, &m->state.segments[at], path, err) : rc;
}

/* Files that nobody knows are being cleared away. */
struct clearing {
	struct manifest *manifest;
	const char *folder;
	const uint64_t *kept; /* numbers of segments that the log knows */
	size_t kept_count;
	struct manifest_files *done;
};

static bool
is_kept(const struct clearing *clearing, const char *name)
{
	uint64_t number;

	if (!number_of_name(name, &number))
		return false;
	for (size_t i = 0; i < clearing->kept_count; i++)
		if (clearing->kept[i] == number)
			return true;
	return false;
}

static bool
is_unknown(const struct clearing *clearing, const char *name)
{
	uint32_t at;

	return !find_by_name(&clearing->manifest->state, name, &at) &&
	    !is_kept(clearing, name);
}

/* If neither the MANIFEST nor the log knows this file: it goes. */
static int
clear_unknown(const struct clearing *clearing, const char *name,
    struct error *err)
{
	struct manifest *m = clearing->manifest;
	char path[OS_PATH_SIZE];
	int rc = os_path(path, clearing->folder, name, err);

	if (rc != 0 || !is_unknown(clearing, name) ||
	    (m->is_deferred && is_given_out(m, name)))
		return rc;
	if (is_leftover(m, name)) {
		clearing->done->removed++;
		return os_unlink(m->fs, path, err);
	}
	clearing->done->quarantined++;
	return quarantine(m, path, name, err);
}

static int
find_missing(const struct manifest *m, const bool *seen, struct error *err)
{
	char path[OS_PATH_SIZE];
	int rc;

	for (uint32_t i = 0; i < m->state.segment_count; i++) {
		if (seen[i])
			continue;
		rc = segment_path(path, sizeof(path), m->dir,
		    m->state.segments[i].number, err);
		if (rc != 0)
			return rc;
		return error_set(err, STELE_E_CORRUPT, "file \"%s\" is missing",
		    path);
	}
	return 0;
}

static int
check_all_known(struct manifest *m, const char *folder, const struct buf *names,
    struct error *err)
{
	bool *seen = calloc((size_t)m->state.segment_count + 1, sizeof(*seen));
	const char *name = NULL;
	int rc = 0;

	if (seen == NULL)
		return error_no_memory(err);
	while (rc == 0 && (name = next_name(names, name)) != NULL)
		rc = check_known(m, folder, name, seen, err);
	if (rc == 0)
		rc = find_missing(m, seen, err);
	free(seen);
	return rc;
}

int
manifest_check_files(struct manifest *m, struct error *err)
{
	char folder[OS_PATH_SIZE];
	struct buf names;
	int rc;

	buf_init(&names);
	rc = os_path(folder, m->dir, SEGMENT_DIRECTORY, err);
	if (rc == 0)
		rc = list_folder(m->fs, folder, &names, err);
	if (rc == 0)
		rc = check_all_known(m, folder, &names, err);
	buf_release(&names);
	return rc;
}

/* Call fn for each name in the folder of segments. */
static int
each_name(const struct clearing *clearing,
    int (*fn)(const struct clearing *clearing, const char *name,
	struct error *err),
    struct error *err)
{
	const char *name = NULL;
	struct buf names;
	int rc;

	buf_init(&names);
	rc = list_folder(clearing->manifest->fs, clearing->folder, &names, err);
	while (rc == 0 && (name = next_name(&names, name)) != NULL)
		rc = fn(clearing, name, err);
	buf_release(&names);
	return rc;
}

int
manifest_clear_files(struct manifest *m, const uint64_t *kept,
    size_t kept_count, struct manifest_files *done, struct error *err)
{
	char folder[OS_PATH_SIZE];
	const struct clearing clearing = {
		.manifest = m,
		.folder = folder,
		.kept = kept,
		.kept_count = kept_count,
		.done = done,
	};
	int rc;

	*done = (struct manifest_files){ 0 };
	rc = os_path(folder, m->dir, SEGMENT_DIRECTORY, err);
	if (rc == 0)
		rc = each_name(&clearing, clear_unknown, err);
	if (rc == 0 && done->removed + done->quarantined > 0)
		rc = os_fsync_dir(m->fs, folder, err);
	return rc;
}

static int
link_unknown(const struct clearing *clearing, const char *name,
    struct error *err)
{
	char path[OS_PATH_SIZE];
	int rc = os_path(path, clearing->folder, name, err);

	if (rc != 0 || !is_unknown(clearing, name) ||
	    has_suffix(name, OS_TEMP_SUFFIX))
		return rc;
	clearing->done->quarantined++;
	return link_away(clearing->manifest, path, name, err);
}

int
manifest_link_unknown(struct manifest *m, uint32_t *count, struct error *err)
{
	char folder[OS_PATH_SIZE];
	struct manifest_files done = { 0 };
	const struct clearing clearing = {
		.manifest = m,
		.folder = folder,
		.done = &done,
	};
	int rc = os_path(folder, m->dir, SEGMENT_DIRECTORY, err);

	if (rc == 0)
		rc = each_name(&clearing, link_unknown, err);
	*count = done.quarantined;
	return rc;
}

/* ---- verifying ---- */

struct verifier {
	struct manifest *manifest;
	const struct verify_watcher *watcher;
	struct verify_report *report;
};

static void
tell(struct verifier *v, const struct error *err)
{
	v->report->problems++;
	v->watcher->problem(v->watcher->arg, err);
}

static int
verify_unknown_files(struct verifier *v, struct error *err)
{
	struct manifest *m = v->manifest;
	char folder[OS_PATH_SIZE];
	const char *name = NULL;
	struct error unknown;
	struct buf names;
	uint32_t at;
	int rc;

	buf_init(&names);
	rc = os_path(folder, m->dir, SEGMENT_DIRECTORY, err);
	if (rc == 0)
		rc = list_folder(m->fs, folder, &names, err);
	while (rc == 0 && (name = next_name(&names, name)) != NULL) {
		if (find_by_name(&m->state, name, &at) || is_leftover(m, name))
			continue;
		error_set(&unknown, STELE_E_CORRUPT,
		    "file \"%s/%s\" is not in the MANIFEST", folder, name);
		tell(v, &unknown);
	}
	buf_release(&names);
	return rc;
}

/* The copy by itself: a crash may leave it a step behind. */
static void
verify_copy(struct verifier *v)
{
	struct manifest *copy = NULL;
	struct error found;
	uint8_t *data = NULL;
	uint64_t torn_bytes;
	size_t size;
	int rc = manifest_read_file(v->manifest->fs, v->manifest->dir,
	    MANIFEST_COPY_NAME, &data, &size, &found);

	if (rc == 0)
		rc = manifest_read(v->manifest->fs, v->manifest->dir,
		    MANIFEST_COPY_NAME, data, size, &copy, &torn_bytes, &found);
	if (rc != 0 && rc != STELE_E_FILE_MISSING)
		tell(v, &found);
	manifest_close(copy);
	free(data);
}

static void
count_file(struct verifier *v, uint64_t bytes)
{
	v->report->files++;
	v->report->bytes += bytes;
	if (v->watcher->progress != NULL)
		v->watcher->progress(v->watcher->arg, v->report);
}

static int
verify_segments(struct verifier *v, struct error *err)
{
	struct manifest *m = v->manifest;
	struct error found;

	for (uint32_t i = 0; i < m->state.segment_count; i++) {
		const struct segment_meta *meta = &m->state.segments[i];
		int rc = segment_verify(m->fs, m->dir, meta,
		    &m->state.directory, &found);

		if (rc == STELE_E_OUT_OF_MEMORY) {
			*err = found;
			return rc;
		}
		if (rc != 0)
			tell(v, &found);
		v->report->rows += meta->row_count;
		count_file(v, meta->size_bytes);
	}
	return 0;
}

int
manifest_verify(struct os_fs *fs, const char *dir,
    const struct verify_watcher *watcher, struct verify_report *report,
    struct error *err)
{
	struct verifier v = { .watcher = watcher, .report = report };
	struct error found;
	uint64_t torn_bytes;
	int rc;

	if (manifest_load(fs, dir, &v.manifest, &torn_bytes, &found) != 0) {
		report->files++;
		tell(&v, &found); /* nothing else can be known */
		return 0;
	}
	report->files_total = v.manifest->state.segment_count + (uint64_t)1;
	report->bytes_total = v.manifest->size;
	for (uint32_t i = 0; i < v.manifest->state.segment_count; i++)
		report->bytes_total += v.manifest->state.segments[i].size_bytes;
	count_file(&v, v.manifest->size);
	verify_copy(&v);
	rc = verify_segments(&v, err);
	if (rc == 0)
		rc = verify_unknown_files(&v, err);
	manifest_close(v.manifest);
	return rc;
}
