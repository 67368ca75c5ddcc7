/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The MANIFEST: what was appended is there after reopening, also over
 * rewrites; a torn tail is cut and nothing else is; damage is found; files
 * that it does not know are kept, those that it misses are named.
 */
#include "engine/manifest/manifest.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../check_each.h"
#include "engine/segment/segment.h"
#include "os/file.h"

#define SHARDS 3

static struct error err;
static char dir[64];
static char path[OS_PATH_SIZE];
static struct os_fs fs; /* the real one, but for syncs and failures */
static int fail_writes;
static int fail_syncs;
static int skip_syncs; /* that go well before */
static struct manifest *manifest;
static uint64_t torn;

static ssize_t
maybe_pwrite(struct os_file *file, const void *data, size_t len,
    uint64_t offset)
{
	if (fail_writes == 0)
		return os_fs_real()->pwrite(file, data, len, offset);
	fail_writes--;
	if (len > 10) /* first half of it, then the disk is full */
		return os_fs_real()->pwrite(file, data, len / 2, offset);
	return -ENOSPC;
}

/* No test here pulls the plug: nothing is really synced. */
static int
maybe_sync(struct os_file *file UNUSED)
{
	if (fail_syncs == 0 || skip_syncs-- > 0)
		return 0;
	skip_syncs = 0;
	fail_syncs--;
	return -EIO;
}

/* There is no descriptor left, from the next rename on. */
static bool rename_takes_the_last;
static bool no_descriptors;

static int
sync_dir(struct os_fs *self UNUSED, const char *name UNUSED)
{
	return no_descriptors ? -EMFILE : 0;
}

static int
maybe_open(struct os_fs *self, const char *name, unsigned flags,
    struct os_file **out)
{
	if (no_descriptors)
		return -EMFILE;
	return os_fs_real()->open(self, name, flags, out);
}

static int
rename_it(struct os_fs *self, const char *from, const char *to)
{
	no_descriptors = rename_takes_the_last;
	return os_fs_real()->rename(self, from, to);
}

static const struct manifest_state initial = {
	.directory = { .bytes = { 1, 2, 3 } },
	.shard_count = SHARDS,
	.hash_seed = 77,
	.next_event_id = 1,
	.next_oid = 16384,
	.next_segment = 1,
	.wal_file = 1,
	.wal_group = 1,
};

static void
setup(void)
{
	/* In memory, where there is such a directory: each step is synced. */
	snprintf(dir, sizeof(dir), "%s/stele-manifest-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(os_path(path, dir, MANIFEST_NAME, &err), 0);
	fs = *os_fs_real();
	fs.pwrite = maybe_pwrite;
	fs.fdatasync = maybe_sync;
	fs.fsync = maybe_sync;
	fs.fsync_dir = sync_dir;
	fs.open = maybe_open;
	fs.rename = rename_it;
	rename_takes_the_last = no_descriptors = false;
	fail_writes = fail_syncs = skip_syncs = 0;
	ck_assert_int_eq(manifest_create(&fs, dir, &initial, &manifest, &err),
	    0);
}

static void
remove_entry(void *arg, const char *name)
{
	char entry[OS_PATH_SIZE];

	ck_assert_int_eq(os_path(entry, arg, name, &err), 0);
	if (os_unlink(os_fs_real(), entry, &err) == 0)
		return;
	ck_assert_int_eq(os_list(os_fs_real(), entry, remove_entry, entry,
			     &err),
	    0);
	ck_assert_int_eq(rmdir(entry), 0);
}

static void
teardown(void)
{
	manifest_close(manifest);
	ck_assert_int_eq(os_list(os_fs_real(), dir, remove_entry, dir, &err),
	    0);
	ck_assert_int_eq(rmdir(dir), 0);
}

static void
reopen(void)
{
	manifest_close(manifest);
	ck_assert_msg(manifest_open(&fs, dir, &manifest, &torn, &err) == 0,
	    "%s", err.message);
}

static struct segment_type_rows type_rows[] = { { 20000, 5 }, { 20001, 6 } };

static struct segment_meta
meta_of(uint64_t number)
{
	return (struct segment_meta){
		.number = number,
		.shard = (uint32_t)(number % SHARDS),
		.size_bytes = 100 + number,
		.hash = number * 31,
		.row_count = 11,
		.event_id_first = number * 10,
		.event_id_last = number * 10 + 10,
		.time_min = -5,
		.time_max = INT64_MAX,
		.zone_count = (uint32_t)number + 7,
		.type_count = 2,
		.types = type_rows,
	};
}

static int
add_segment(uint64_t number)
{
	struct segment_meta meta = meta_of(number);
	const struct manifest_step step = {
		.added = &meta,
		.added_count = 1,
		.has_flushed = true,
		.flushed_shard = meta.shard,
		.flushed_event_id = meta.event_id_last,
		.next_segment = number + 1,
		.next_event_id = meta.event_id_last + 1,
	};

	return manifest_append(manifest, &step, &err);
}

static void
check_segments(uint64_t first, uint64_t last)
{
	const struct manifest_state *state = manifest_state(manifest);

	ck_assert_uint_eq(state->segment_count, last - first + 1);
	for (uint32_t i = 0; i < state->segment_count; i++) {
		const struct segment_meta *have = &state->segments[i];
		struct segment_meta want = meta_of(first + i);

		CHECK_EACH(have->number == want.number);
		CHECK_EACH(have->shard == want.shard);
		CHECK_EACH(have->size_bytes == want.size_bytes);
		CHECK_EACH(have->hash == want.hash);
		CHECK_EACH(have->event_id_last == want.event_id_last);
		CHECK_EACH(have->time_min == want.time_min);
		CHECK_EACH(have->time_max == want.time_max);
		CHECK_EACH(have->zone_count == want.zone_count);
		CHECK_EACH(segment_meta_type_rows(have, 20001) == 6);
		CHECK_EACH(segment_meta_type_rows(have, 20002) == 0);
	}
}

START_TEST(steps_are_there_again)
{
	static const uint64_t removed[] = { 2, 1 };
	const struct manifest_step step = {
		.removed = removed,
		.removed_count = 2,
		.next_oid = 20002,
		.wal_file = 9,
		.wal_group = 70,
		.wal_synced = 90,
		.has_catalog = true,
		.catalog = STR("all about types\0"),
	};
	const struct manifest_state *state;

	reopen();
	ck_assert_uint_eq(manifest_state(manifest)->segment_count, 0);
	for (uint64_t n = 1; n <= 5; n++)
		ck_assert_int_eq(add_segment(n), 0);
	reopen();
	check_segments(1, 5);
	ck_assert_int_eq(manifest_append(manifest, &step, &err), 0);
	for (int i = 0; i < 2; i++) {
		check_segments(3, 5);
		state = manifest_state(manifest);
		ck_assert_mem_eq(&state->directory, &initial.directory, 16);
		ck_assert_uint_eq(state->shard_count, SHARDS);
		ck_assert_uint_eq(state->hash_seed, 77);
		ck_assert_uint_eq(state->next_event_id, 61);
		ck_assert_uint_eq(state->next_oid, 20002);
		ck_assert_uint_eq(state->next_segment, 6);
		ck_assert_uint_eq(state->wal_file, 9);
		ck_assert_uint_eq(state->wal_group, 70);
		ck_assert_uint_eq(state->wal_synced, 90);
		ck_assert_uint_eq(state->flushed[0], 40);
		ck_assert_uint_eq(state->flushed[1], 50);
		ck_assert_uint_eq(state->flushed[2], 60);
		ck_assert(str_equal(state->catalog, STR("all about types\0")));
		reopen();
		ck_assert_uint_eq(torn, 0);
	}
}
END_TEST

static uint64_t
file_size(void)
{
	struct os_file *file;
	uint64_t size;

	ck_assert_int_eq(os_open(&fs, path, OS_READ, &file, &err), 0);
	ck_assert_int_eq(os_size(file, &size, &err), 0);
	os_close(file);
	return size;
}

START_TEST(a_long_log_is_rewritten)
{
	static char catalog[40000];
	const struct manifest_step step = {
		.has_catalog = true,
		.catalog = { catalog, sizeof(catalog) },
	};
	uint64_t largest = 0;

	for (uint64_t n = 1; n <= 90; n++) {
		memset(catalog, (int)n, sizeof(catalog));
		ck_assert_int_eq(add_segment(n), 0);
		ck_assert_int_eq(manifest_append(manifest, &step, &err), 0);
		if (file_size() > largest)
			largest = file_size();
	}
	ck_assert_uint_lt(largest, 1300000);
	ck_assert_uint_lt(file_size(), largest);
	reopen();
	check_segments(1, 90);
	ck_assert_int_eq(manifest_state(manifest)->catalog.data[7], 90);
}
END_TEST

static void
write_all(const uint8_t *data, size_t len)
{
	ck_assert_int_eq(os_write_file(&fs, dir, MANIFEST_NAME, data, len,
			     &err),
	    0);
}

static void
remove_copy(void)
{
	char copy[OS_PATH_SIZE];

	ck_assert_int_eq(os_path(copy, dir, MANIFEST_COPY_NAME, &err), 0);
	(void)unlink(copy);
}

/*
 * Each flipped byte and each truncation: the checkpoint and all steps with a
 * record behind them are corruption; the last record is a torn tail, if there
 * is no copy that says otherwise.
 */
START_TEST(damage_is_told_from_a_torn_tail)
{
	uint64_t size[4];
	uint8_t *good;
	size_t len;

	size[0] = file_size();
	for (uint64_t n = 1; n <= 3; n++) {
		ck_assert_int_eq(add_segment(n), 0);
		size[n] = file_size();
	}
	manifest_close(manifest);
	manifest = NULL;
	ck_assert_int_eq(os_read_file(&fs, path, 100000, &good, &len, &err), 0);
	for (size_t at = 0; at < len; at++) {
		int rc;

		good[at] ^= 0x10;
		write_all(good, len);
		good[at] ^= 0x10;
		rc = manifest_open(&fs, dir, &manifest, &torn, &err);
		/* The last seal proves the last step; 24 bytes. */
		if (at < size[3] - 24) {
			ck_assert_int_eq(rc, STELE_E_CORRUPT);
			continue;
		}
		ck_assert_int_eq(rc, 0);
		check_segments(1, 3);
		ck_assert_uint_eq(torn, 24);
		manifest_close(manifest);
		manifest = NULL;
	}
	for (size_t cut = 0; cut < len; cut++) {
		uint64_t steps = 0;
		int rc;

		remove_copy();
		write_all(good, cut);
		rc = manifest_open(&fs, dir, &manifest, &torn, &err);
		if (cut < size[0] - 24) { /* its seal may go */
			ck_assert_int_eq(rc, STELE_E_CORRUPT);
			continue;
		}
		ck_assert_int_eq(rc, 0);
		while (steps < 3 && cut >= size[steps + 1] - 24)
			steps++;
		check_segments(1, steps);
		/* It goes on from there. */
		ck_assert_int_eq(add_segment(steps + 1), 0);
		reopen();
		ck_assert_uint_eq(torn, 0);
		check_segments(1, steps + 1);
		manifest_close(manifest);
		manifest = NULL;
	}
	free(good);
}
END_TEST

/* Steps that are deferred are nothing to a start, and then all at once. */
START_TEST(deferred_steps_are_one)
{
	ck_assert_int_eq(add_segment(1), 0);
	manifest_defer(manifest);
	ck_assert_int_eq(add_segment(2), 0);
	ck_assert_int_eq(add_segment(3), 0);
	check_segments(1, 3);
	reopen();
	check_segments(1, 1);
	manifest_defer(manifest);
	ck_assert_int_eq(add_segment(2), 0);
	ck_assert_int_eq(add_segment(3), 0);
	ck_assert_int_eq(manifest_commit(manifest, &err), 0);
	reopen();
	check_segments(1, 3);
	manifest_defer(manifest);
	ck_assert_int_eq(add_segment(4), 0);
	ck_assert_int_eq(manifest_commit(manifest, &err), 0);
	ck_assert_int_eq(add_segment(5), 0); /* as any other */
	reopen();
	check_segments(1, 5);
}
END_TEST

/* ---- the copy ---- */

static bool
has_file(const char *name)
{
	char where[OS_PATH_SIZE];

	ck_assert_int_eq(os_path(where, dir, name, &err), 0);
	return access(where, F_OK) == 0;
}

/* Three steps, and the bytes of both files, closed. */
struct both {
	uint8_t *data, *copy;
	size_t len, copy_len, steps; /* as far as the last step */
};

static void
read_name(const char *name, uint8_t **data, size_t *len)
{
	char where[OS_PATH_SIZE];

	ck_assert_int_eq(os_path(where, dir, name, &err), 0);
	ck_assert_int_eq(os_read_file(&fs, where, 100000, data, len, &err), 0);
}

static struct both
three_steps(void)
{
	struct both both;

	for (uint64_t n = 1; n <= 3; n++)
		ck_assert_int_eq(add_segment(n), 0);
	manifest_close(manifest);
	manifest = NULL;
	read_name(MANIFEST_NAME, &both.data, &both.len);
	read_name(MANIFEST_COPY_NAME, &both.copy, &both.copy_len);
	both.steps = both.len - 24; /* the seal */
	ck_assert_uint_ge(both.copy_len, both.steps);
	ck_assert_mem_eq(both.data, both.copy, both.steps);
	return both;
}

static void
write_both(const struct both *both, size_t len, size_t copy_len)
{
	ck_assert_int_eq(os_write_file(&fs, dir, MANIFEST_NAME, both->data, len,
			     &err),
	    0);
	ck_assert_int_eq(os_write_file(&fs, dir, MANIFEST_COPY_NAME, both->copy,
			     copy_len, &err),
	    0);
}

static void
free_both(struct both *both)
{
	free(both->data);
	free(both->copy);
}

/* It is refused as it is, and after a repair it has all. */
static void
check_repair(void)
{
	ck_assert_int_eq(manifest_open(&fs, dir, &manifest, &torn, &err),
	    STELE_E_CORRUPT);
	ck_assert_msg(manifest_repair(&fs, dir, &err) == 1, "%s", err.message);
	ck_assert_int_eq(manifest_repair(&fs, dir, &err), 0);
	reopen();
	check_segments(1, 3);
	ck_assert_int_eq(add_segment(4), 0);
	reopen();
	check_segments(1, 4);
	manifest_close(manifest);
	manifest = NULL;
}

/* Each flipped byte of the one, with a whole copy, and each truncation. */
START_TEST(a_copy_has_what_is_damaged)
{
	struct both both = three_steps();

	for (size_t at = 0; at < both.steps; at++) {
		both.data[at] ^= 0x10;
		write_both(&both, both.len, both.copy_len);
		both.data[at] ^= 0x10;
		check_repair();
	}
	for (size_t cut = 0; cut < both.steps; cut++) {
		write_both(&both, cut, both.copy_len);
		check_repair();
	}
	free_both(&both);
}
END_TEST

/* Where the header is, the checkpoint and each step: the borders between. */
static const uint8_t *
border(const struct both *both, size_t at)
{
	size_t offset = 64, next;

	if (at < 64)
		return both->data;
	for (;; offset = next) {
		const uint8_t *record = both->data + offset;

		next = offset + 24 + record[8] + ((size_t)record[9] << 8);
		if (at < next)
			return record;
	}
}

/* Both are damaged: what is whole in either is taken. */
START_TEST(two_halves_are_a_whole)
{
	struct both both = three_steps();
	unsigned repaired = 0, refused = 0;

	for (size_t at = 0; at < both.steps; at += 7) {
		for (size_t in_copy = 0; in_copy < both.steps; in_copy += 11) {
			bool is_same =
			    border(&both, at) == border(&both, in_copy);

			both.data[at] ^= 0x10;
			both.copy[in_copy] ^= 0x10;
			write_both(&both, both.len, both.copy_len);
			both.data[at] ^= 0x10;
			both.copy[in_copy] ^= 0x10;
			if (!is_same) {
				check_repair();
				repaired++;
				continue;
			}
			ck_assert_int_eq(manifest_repair(&fs, dir, &err),
			    STELE_E_CORRUPT);
			refused++;
		}
	}
	ck_assert_uint_gt(repaired, 100);
	ck_assert_uint_gt(refused, 10);
	free_both(&both);
}
END_TEST

START_TEST(a_missing_one_is_made_of_its_copy)
{
	struct both both = three_steps();

	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(manifest_repair(&fs, dir, &err), 1);
	reopen();
	check_segments(1, 3);
	remove_copy();
	reopen(); /* makes it anew */
	manifest_close(manifest);
	manifest = NULL;
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(manifest_repair(&fs, dir, &err), 1);
	reopen();
	check_segments(1, 3);
	free_both(&both);
}
END_TEST

/* The MANIFEST was written anew, the copy not yet: it leads as far. */
START_TEST(an_older_copy_leads_as_far)
{
	struct both both = three_steps(), rewritten;

	remove_copy();
	ck_assert_int_eq(manifest_create(&fs, dir, &initial, &manifest, &err),
	    0);
	ck_assert_int_eq(add_segment(1), 0);
	ck_assert_int_eq(add_segment(2), 0);
	manifest_set_log_size(manifest, 1);
	ck_assert_int_eq(add_segment(3), 0);
	manifest_close(manifest);
	manifest = NULL;
	read_name(MANIFEST_NAME, &rewritten.data, &rewritten.len);
	ck_assert_uint_lt(rewritten.len, both.len);
	rewritten.copy = both.copy;
	for (size_t at = 0; at < rewritten.len - 24; at++) {
		rewritten.data[at] ^= 1;
		write_both(&rewritten, rewritten.len, both.copy_len);
		rewritten.data[at] ^= 1;
		check_repair();
	}
	free(rewritten.data);
	free_both(&both);
}
END_TEST

/* As it was before it was written anew: its steps lay in other places. */
START_TEST(an_older_manifest_is_not_believed)
{
	struct both both;

	ck_assert_int_eq(add_segment(1), 0);
	read_name(MANIFEST_NAME, &both.data, &both.len);
	manifest_set_log_size(manifest, 1);
	ck_assert_int_eq(add_segment(2), 0);
	ck_assert_int_eq(add_segment(3), 0);
	manifest_close(manifest);
	manifest = NULL;
	read_name(MANIFEST_COPY_NAME, &both.copy, &both.copy_len);
	write_both(&both, both.len, both.copy_len);
	check_repair();
	free_both(&both);
}
END_TEST

/* A copy that cannot be written is none, and is made when it can be. */
START_TEST(a_copy_that_fails_is_no_harm)
{
	ck_assert_int_eq(add_segment(1), 0);
	skip_syncs = 1; /* that of the MANIFEST itself */
	fail_syncs = 1;
	ck_assert_int_eq(add_segment(2), 0);
	ck_assert(!has_file(MANIFEST_COPY_NAME));
	ck_assert_int_eq(add_segment(3), 0);
	ck_assert(has_file(MANIFEST_COPY_NAME));
	manifest_close(manifest);
	manifest = NULL;
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(manifest_repair(&fs, dir, &err), 1);
	reopen();
	check_segments(1, 3);
}
END_TEST

START_TEST(a_full_disk_is_survived)
{
	ck_assert_int_eq(add_segment(1), 0);
	fail_writes = 6;
	ck_assert_int_eq(add_segment(2), STELE_E_DISK_FULL);
	fail_writes = 0;
	check_segments(1, 1);
	ck_assert_int_eq(add_segment(2), 0);
	reopen();
	ck_assert_uint_eq(torn, 0);
	check_segments(1, 2);
}
END_TEST

/* All that a new file needs to take its name was there before. */
START_TEST(a_rewrite_needs_nothing_after_the_rename)
{
	manifest_set_log_size(manifest, 1);
	rename_takes_the_last = true;
	ck_assert_int_eq(add_segment(1), 0);
	ck_assert(no_descriptors);
	ck_assert_int_eq(add_segment(2), 0); /* and no other rewrite */
	ck_assert_int_eq(add_segment(3), 0);
	rename_takes_the_last = no_descriptors = false;
	ck_assert_int_eq(add_segment(4), 0);
	check_segments(1, 4);
	reopen();
	ck_assert_uint_eq(torn, 0);
	check_segments(1, 4);
}
END_TEST

/* Of more than it may hold nothing is written. */
START_TEST(a_catalog_that_is_too_large_is_refused)
{
	const struct manifest_step step = {
		.has_catalog = true,
		.catalog = { path, MANIFEST_CATALOG_MAX + 1 },
	};

	ck_assert_int_eq(add_segment(1), 0);
	ck_assert_int_eq(manifest_append(manifest, &step, &err), STELE_E_LIMIT);
	ck_assert_int_eq(add_segment(2), 0);
	reopen();
	ck_assert_uint_eq(torn, 0);
	check_segments(1, 2);
}
END_TEST

START_TEST(a_failed_sync_is_the_end)
{
	ck_assert_int_eq(add_segment(1), 0);
	fail_syncs = 1;
	ck_assert_int_eq(add_segment(2), STELE_E_OS);
	ck_assert_int_eq(add_segment(2), STELE_E_OS);
	check_segments(1, 1);
}
END_TEST

static void
put_file(const char *folder, const char *name, size_t len)
{
	char where[OS_PATH_SIZE];
	char data[200] = { 0 };

	ck_assert_int_eq(os_path(where, dir, folder, &err), 0);
	ck_assert_int_eq(os_write_file(&fs, where, name, data, len, &err), 0);
}

START_TEST(files_are_held_against_the_list)
{
	static const uint64_t kept[] = { 9, 4 }; /* the log names them */
	struct manifest_files found;

	ck_assert_int_eq(add_segment(1), 0);
	ck_assert_int_eq(add_segment(0x1f), 0);
	ck_assert_int_eq(manifest_check_files(manifest, &err), STELE_E_CORRUPT);
	ck_assert_ptr_nonnull(strstr(err.message, "0000000000000001.seg"));
	ck_assert_ptr_nonnull(strstr(err.message, "is missing"));
	put_file("segments", "0000000000000001.seg", 101);
	put_file("segments", "000000000000001f.seg", 131);
	ck_assert_int_eq(manifest_check_files(manifest, &err), 0);
	ck_assert_int_eq(manifest_clear_files(manifest, NULL, 0, &found, &err),
	    0);
	ck_assert_uint_eq(found.removed + found.quarantined, 0);
	for (int i = 0; i < 3; i++) {
		/* Given out, hence of this directory; and not. */
		put_file("segments", "0000000000000002.seg", 1);
		put_file("segments", "0000000000000020.seg", 1);
		put_file("segments", "000000000000001F.seg", 1);
		put_file("segments", "0000000000000003.seg.tmp", 1);
		put_file("segments", "0000000000000004.seg", 1);
		ck_assert_int_eq(manifest_check_files(manifest, &err), 0);
		ck_assert(has_file("segments/0000000000000002.seg"));
		ck_assert_int_eq(manifest_clear_files(manifest, kept,
				     ARRAY_LEN(kept), &found, &err),
		    0);
		ck_assert(has_file("segments/0000000000000004.seg"));
		ck_assert(!has_file("segments/0000000000000002.seg"));
		ck_assert_uint_eq(found.removed, 2);
		ck_assert_uint_eq(found.quarantined, 2);
	}
	ck_assert(has_file("quarantine/0000000000000020.seg"));
	ck_assert(has_file("quarantine/0000000000000020.seg.1"));
	ck_assert(has_file("quarantine/0000000000000020.seg.2"));
	ck_assert(has_file("quarantine/000000000000001F.seg"));
	ck_assert(!has_file("segments/0000000000000020.seg"));
	ck_assert(!has_file("segments/0000000000000002.seg"));
	ck_assert(!has_file("quarantine/0000000000000002.seg"));
	ck_assert(!has_file("segments/0000000000000003.seg.tmp"));
	put_file("segments", "000000000000001f.seg", 130);
	ck_assert_int_eq(manifest_check_files(manifest, &err), STELE_E_CORRUPT);
	ck_assert_ptr_nonnull(strstr(err.message, "instead of 131"));
}
END_TEST

static void
count_problem(void *arg, const struct error *problem)
{
	ck_assert_int_lt(problem->code, 0);
	++*(int *)arg;
}

START_TEST(verify_tells_all)
{
	struct verify_report report = { 0 };
	int problems = 0;
	const struct verify_watcher watcher = {
		.problem = count_problem,
		.arg = &problems,
	};

	ck_assert_int_eq(manifest_verify(&fs, dir, &watcher, &report, &err), 0);
	ck_assert_int_eq(problems, 0);
	ck_assert_int_eq(add_segment(1), 0); /* missing */
	ck_assert_int_eq(add_segment(2), 0); /* zeros */
	put_file("segments", "0000000000000002.seg", 102);
	put_file("segments", "0000000000000007.seg", 1); /* unknown */
	ck_assert_int_eq(manifest_verify(&fs, dir, &watcher, &report, &err), 0);
	ck_assert_int_eq(problems, 3);
	ck_assert_uint_eq(report.problems, 3);
	ck_assert(has_file("segments/0000000000000007.seg"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("manifest");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, steps_are_there_again);
	tcase_add_test(tc, a_long_log_is_rewritten);
	tcase_add_test(tc, damage_is_told_from_a_torn_tail);
	tcase_add_test(tc, deferred_steps_are_one);
	tcase_add_test(tc, a_copy_has_what_is_damaged);
	tcase_add_test(tc, two_halves_are_a_whole);
	tcase_add_test(tc, a_missing_one_is_made_of_its_copy);
	tcase_add_test(tc, an_older_copy_leads_as_far);
	tcase_add_test(tc, an_older_manifest_is_not_believed);
	tcase_add_test(tc, a_copy_that_fails_is_no_harm);
	tcase_add_test(tc, a_full_disk_is_survived);
	tcase_add_test(tc, a_rewrite_needs_nothing_after_the_rename);
	tcase_add_test(tc, a_catalog_that_is_too_large_is_refused);
	tcase_add_test(tc, a_failed_sync_is_the_end);
	tcase_add_test(tc, files_are_held_against_the_list);
	tcase_add_test(tc, verify_tells_all);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
