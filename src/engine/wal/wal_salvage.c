/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/wal/wal_salvage.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/error.h"
#include "common/reader.h"
#include "engine/wal/wal_private.h"
#include "engine/wal/wal_read.h"
#include "os/file.h"

/* A valid group, and where it lies. */
struct found {
	uint64_t number;
	uint64_t synced;
	uint64_t first_event_id;
	uint64_t file;
	uint64_t offset;
	uint64_t size;
};

struct salvager {
	struct os_fs *fs;
	const struct wal_salvage_options *options;
	struct wal_replay *out;
	struct wal_source source;
	struct buf group;
	uint64_t *numbers; /* of the files, ascending; owned */
	size_t count;
	struct buf found; /* struct found, by number */
	uint64_t synced;  /* number of the last group that was */

	/* Behind the last group that was taken. */
	uint64_t next_group;
	uint64_t next_event_id;
	uint64_t end_file; /* 0: nothing was taken */
	uint64_t end_offset;
};

/* ---- all groups ---- */

static void
note_name(void *arg, const char *name)
{
	struct buf *numbers = arg;
	uint64_t number;

	if (wal_file_number(name, &number))
		buf_put(numbers, &number, sizeof(number));
}

static int
compare_numbers(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static int
list_files(struct salvager *s, struct error *err)
{
	const struct wal_replay_options *log = &s->options->log;
	struct buf names;
	int rc;

	buf_init(&names);
	rc = os_list(s->fs, log->dir, note_name, &names, err);
	if (rc == STELE_E_FILE_MISSING)
		rc = 0; /* then all of them are */
	if (rc == 0 && names.failed)
		rc = error_no_memory(err);
	s->numbers = (uint64_t *)(void *)names.data; /* malloc aligns it */
	s->count = names.len / sizeof(uint64_t);
	if (s->count > 1)
		qsort(s->numbers, s->count, sizeof(uint64_t), compare_numbers);
	s->out->next_file_number = log->first_file;
	if (s->count > 0 &&
	    s->numbers[s->count - 1] >= s->out->next_file_number)
		s->out->next_file_number = s->numbers[s->count - 1] + 1;
	return rc;
}

static struct reader
batches_of(const struct salvager *s, const struct wal_group_header *header)
{
	return reader_over(s->group.data + WAL_GROUP_HEADER_SIZE,
	    (size_t)header->len);
}

/* Or nothing of the group is to be believed, whatever its checksum says. */
static bool
is_well_formed(const struct salvager *s, const struct wal_group_header *header)
{
	struct reader r = batches_of(s, header);
	uint64_t event_id = header->first_event_id;
	struct wal_replay_batch batch;
	int more;

	do
		more = wal_next_batch(&r, &event_id, &batch);
	while (more == 1);
	return more == 0;
}

/* Groups of one file; what lies between them may be anything. */
static int
find_groups(struct salvager *s, struct error *err)
{
	struct wal_group_header header;
	uint64_t at = 0;
	int rc = 0;

	while (at + WAL_ALIGN <= s->source.size_bytes) {
		struct found found;

		rc = wal_read_group(&s->source, at, &s->group, &header, err);
		if (rc < 0)
			return rc;
		if (rc == 0 || !is_well_formed(s, &header)) {
			at += WAL_ALIGN;
			continue;
		}
		found = (struct found){
			.number = header.number,
			.synced = header.synced,
			.first_event_id = header.first_event_id,
			.file = s->source.number,
			.offset = at,
			.size = wal_group_size(header.len),
		};
		buf_put(&s->found, &found, sizeof(found));
		if (header.synced > s->synced)
			s->synced = header.synced;
		at += found.size;
	}
	return 0;
}

static int
compare_found(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

static int
find_all(struct salvager *s, struct error *err)
{
	int rc = list_files(s, err);

	s->synced = s->options->log.synced_group;
	for (size_t i = 0; i < s->count && rc == 0; i++) {
		if (s->numbers[i] < s->options->log.first_file)
			continue;
		rc = wal_source_open(&s->source, s->fs, s->options->log.dir,
		    s->numbers[i], err);
		if (rc == 0)
			rc = find_groups(s, err);
	}
	if (rc == 0 && s->found.failed)
		rc = error_no_memory(err);
	if (rc == 0 && s->found.len > 0)
		qsort(s->found.data, s->found.len / sizeof(struct found),
		    sizeof(struct found), compare_found);
	return rc;
}

/* ---- losses ---- */

/* Where the bytes of the missing groups may be, up to file `last`. */
static void
begin_loss(const struct salvager *s, uint64_t last_file, struct wal_loss *out)
{
	*out = (struct wal_loss){
		.first_group = s->next_group,
		.first_event_id = s->next_event_id,
		.first_file = s->end_file,
		.last_file = last_file,
		.offset = s->end_offset,
	};
	if (s->end_file == 0)
		out->first_file = s->options->log.first_file;
}

/*
 * It is the next group, and the events between are in neither: builds have been
 * that left the batches out which had come behind a large one.
 */
static bool
skips_events(const struct salvager *s, const struct found *next)
{
	return s->end_file != 0 && next->number == s->next_group &&
	    next->first_event_id > s->next_event_id;
}

static void
lose_before(struct salvager *s, const struct found *next)
{
	struct wal_loss loss;

	/* A file that begins with what follows is not suspected. */
	begin_loss(s, next->offset > 0 ? next->file : next->file - 1, &loss);
	if (loss.last_file < loss.first_file)
		loss.last_file = loss.first_file;
	loss.last_group = next->number - 1;
	loss.next_event_id = next->first_event_id;
	if (loss.first_event_id > loss.next_event_id)
		loss.first_event_id = loss.next_event_id;
	s->options->loss(s->options->loss_arg, &loss);
}

static int
lose_end(struct salvager *s, struct error *err)
{
	uint64_t last_file = s->end_file;
	struct wal_loss loss;
	int rc = 0;

	if (s->count > 0 && s->numbers[s->count - 1] > last_file)
		last_file = s->numbers[s->count - 1];
	begin_loss(s, last_file, &loss);
	loss.last_group =
	    s->next_group <= s->synced ? s->synced : s->next_group - 1;
	for (size_t i = 0; i < s->count && rc == 0; i++) {
		if (s->numbers[i] < loss.first_file)
			continue;
		rc = wal_source_open(&s->source, s->fs, s->options->log.dir,
		    s->numbers[i], err);
		loss.bytes += s->source.size_bytes;
	}
	if (rc != 0)
		return rc;
	if (loss.bytes >= s->end_offset)
		loss.bytes -= s->end_offset;
	s->options->loss(s->options->loss_arg, &loss);
	return 0;
}

/* ---- what is there ---- */

static int
tell_batches(struct salvager *s, const struct wal_group_header *header,
    struct error *err)
{
	const struct wal_replay_options *log = &s->options->log;
	struct reader r = batches_of(s, header);
	struct wal_replay_batch batch;
	int rc = 0;

	while (rc == 0 && wal_next_batch(&r, &s->next_event_id, &batch) == 1)
		if (log->batch != NULL)
			rc = log->batch(log->arg, &batch, err);
	return rc;
}

static int
take_group(struct salvager *s, const struct found *found, struct error *err)
{
	struct wal_group_header header = { 0 };
	int rc = 0;

	if (s->source.file == NULL || s->source.number != found->file)
		rc = wal_source_open(&s->source, s->fs, s->options->log.dir,
		    found->file, err);
	if (rc == 0)
		rc = wal_read_group(&s->source, found->offset, &s->group,
		    &header, err);
	if (rc == 0) /* it was valid a moment ago */
		return error_set(err, STELE_E_CORRUPT,
		    "log file \"%s\" is not read twice alike",
		    s->source.file->path);
	if (rc < 0)
		return rc;
	s->next_event_id = header.first_event_id;
	rc = tell_batches(s, &header, err);
	s->next_group = header.number + 1;
	s->end_file = found->file;
	s->end_offset = found->offset + found->size;
	s->out->group_count++;
	s->out->bytes += found->size;
	return rc;
}

/* Does the log go as far as it is known to have gone? */
static int
check_end(struct salvager *s, struct error *err)
{
	int rc;

	if (s->next_group > s->synced &&
	    (s->end_file == 0 || s->next_event_id >= s->options->next_event_id))
		return 0;
	rc = lose_end(s, err);
	if (s->next_group <= s->synced)
		s->next_group = s->synced + 1;
	return rc;
}

static int
take_all(struct salvager *s, struct error *err)
{
	const struct found *found = (const void *)s->found.data;
	size_t count = s->found.len / sizeof(*found);
	int rc = 0;

	for (size_t i = 0; i < count && rc == 0; i++) {
		if (found[i].number < s->next_group)
			continue; /* of an earlier life of the file */
		if (found[i].number > s->next_group) {
			if (s->next_group > s->synced)
				break; /* a torn tail */
			lose_before(s, &found[i]);
		} else if (skips_events(s, &found[i])) {
			lose_before(s, &found[i]);
		}
		rc = take_group(s, &found[i], err);
	}
	return rc == 0 ? check_end(s, err) : rc;
}

int
wal_salvage(struct os_fs *fs, const struct wal_salvage_options *options,
    struct wal_replay *out, struct error *err)
{
	struct salvager s = {
		.fs = fs,
		.options = options,
		.out = out,
		.source.key = options->log.key,
		.next_group = options->log.first_group,
		.next_event_id = options->first_event_id,
	};
	int rc;

	*out = (struct wal_replay){ .files = NULL };
	buf_init(&s.group);
	buf_init(&s.found);
	rc = find_all(&s, err);
	if (rc == 0)
		rc = take_all(&s, err);
	out->next_group_number = s.next_group;
	out->next_event_id = s.next_event_id;
	wal_source_close(&s.source);
	buf_release(&s.group);
	buf_release(&s.found);
	free(s.numbers);
	return rc;
}
