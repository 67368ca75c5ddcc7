/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log: what was synced comes back, in order; a torn tail is cut; damage
 * below what was known to be synced, and missing groups, are refused.
 */
#include <check.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/attr.h"
#include "common/error.h"
#include "engine/engine.h"
#include "engine/wal/wal.h"
#include "engine/wal/wal_format.h"
#include "engine/wal/wal_replay.h"
#include "engine/wal/wal_salvage.h"
#include "os/file.h"

#define KEY       4711u
#define FILE_SIZE (64u * 1024)

static char dir[64];
static struct error err;

/* ---- a log of batches whose rows are their bytes ---- */

struct group {
	struct wal_group wal; /* first */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;
static uint64_t synced;   /* groups */
static unsigned rooms;    /* calls of room() */
static uint64_t event_id; /* next */

static void
on_group(void *arg UNUSED, struct wal_group *group UNUSED)
{
}

static void
on_synced(void *arg UNUSED, struct wal_group *groups)
{
	pthread_mutex_lock(&lock);
	while (groups != NULL) {
		struct wal_group *group = groups;

		groups = group->next;
		synced = group->number;
		free(group);
	}
	pthread_cond_broadcast(&moved);
	pthread_mutex_unlock(&lock);
}

static void
on_room(void *arg UNUSED)
{
	pthread_mutex_lock(&lock);
	rooms++;
	pthread_cond_broadcast(&moved);
	pthread_mutex_unlock(&lock);
}

static void
on_grown(void *arg UNUSED, uint64_t size_bytes)
{
	ck_assert_uint_eq(size_bytes % WAL_ALIGN, 0);
}

static void
on_failed(void *arg UNUSED, const struct error *failure)
{
	ck_abort_msg("the log failed: %s", failure->message);
}

static struct wal *
open_log(struct wal_replay *replay)
{
	const struct wal_options options = {
		.dir = dir,
		.key = KEY,
		.file_size_bytes = FILE_SIZE,
		.sync_interval_ns = 10000000,
		.next_file_number = replay->next_file_number == 0
		    ? 1
		    : replay->next_file_number,
		.next_group_number = replay->next_group_number == 0
		    ? 1
		    : replay->next_group_number,
		.next_event_id = event_id,
	};
	const struct wal_hooks hooks = {
		.closed = on_group,
		.written = on_group,
		.synced = on_synced,
		.room = on_room,
		.grown = on_grown,
		.failed = on_failed,
	};
	struct wal *wal;

	synced = options.next_group_number - 1;
	ck_assert_int_eq(wal_open(os_fs_real(), &options, replay->files,
			     replay->file_count, &hooks, &wal, &err),
	    0);
	return wal;
}

/* One batch of `len` bytes as a group of its own, durable on return. */
static void
append(struct wal *wal, size_t len, char content)
{
	uint8_t *batch = calloc(1, WAL_BATCH_HEADER_SIZE + len);
	const struct wal_batch_header header = { .len = len, .row_count = 2 };
	struct wal_group *group;
	uint64_t number;
	unsigned seen;
	int rc;

	wal_batch_encode(batch, &header);
	memset(batch + WAL_BATCH_HEADER_SIZE, content, len);
	for (;;) {
		pthread_mutex_lock(&lock);
		seen = rooms;
		pthread_mutex_unlock(&lock);
		wal_lock(wal);
		rc = wal_admit(wal, WAL_BATCH_HEADER_SIZE + len, &group, &err);
		if (rc == 1)
			break;
		wal_unlock(wal);
		ck_assert_int_eq(rc, 0);
		pthread_mutex_lock(&lock);
		while (rooms == seen)
			pthread_cond_wait(&moved, &lock);
		pthread_mutex_unlock(&lock);
	}
	ck_assert_ptr_null(group); /* the one before is synced */
	group = calloc(1, sizeof(struct group));
	group->first_event_id = event_id;
	wal_begin(wal, group, WAL_BATCH_HEADER_SIZE + len);
	wal_append(wal, group, batch, WAL_BATCH_HEADER_SIZE + len);
	event_id += 2;
	group->last_event_id = event_id - 1;
	group->must_sync = true;
	number = group->number;
	wal_unlock(wal);
	pthread_mutex_lock(&lock);
	while (synced < number)
		pthread_cond_wait(&moved, &lock);
	pthread_mutex_unlock(&lock);
	free(batch);
}

static char contents[4096]; /* first byte of each batch replayed */
static size_t content_count;

static int
on_batch(void *arg UNUSED, struct wal_replay_batch *batch,
    struct error *error UNUSED)
{
	ck_assert_uint_eq(batch->first_event_id, 1 + 2 * content_count);
	for (size_t i = 0; i < batch->len; i++)
		ck_assert_uint_eq(batch->entries[i], batch->entries[0]);
	contents[content_count++] = (char)batch->entries[0];
	contents[content_count] = '\0';
	return 0;
}

/* The MANIFEST knows this group, and all before, as synced. */
static int
replay_synced(struct wal_replay *replay, uint64_t synced_group)
{
	const struct wal_replay_options options = {
		.dir = dir,
		.key = KEY,
		.first_group = 1,
		.synced_group = synced_group,
		.batch = on_batch,
	};

	content_count = 0;
	contents[0] = '\0';
	return wal_replay(os_fs_real(), &options, replay, &err);
}

static int
replay_log(struct wal_replay *replay)
{
	return replay_synced(replay, 0);
}

static void
write_log(const char *batches, size_t len)
{
	struct wal_replay replay = { .files = NULL };
	struct wal *wal = open_log(&replay);

	event_id = 1;
	for (const char *at = batches; *at != '\0'; at++)
		append(wal, len, *at);
	wal_close(wal);
}

static void
damage(uint64_t file, off_t offset, size_t len)
{
	char path[128], zeros[4096] = { 0 };
	int fd;

	snprintf(path, sizeof(path), "%s/%016llx.wal", dir,
	    (unsigned long long)file);
	fd = open(path, O_WRONLY);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, zeros, len, offset), (ssize_t)len);
	close(fd);
}

static void
setup(void)
{
	snprintf(dir, sizeof(dir), "%s/stele-wal-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void
teardown(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	ck_assert_int_eq(system(command), 0);
}

/* ---- tests ---- */

START_TEST(comes_back_over_files)
{
	struct wal_replay replay;
	char batches[200];

	memset(batches, 0, sizeof(batches));
	for (size_t i = 0; i + 1 < sizeof(batches); i++)
		batches[i] = (char)('a' + i % 26);
	write_log(batches, 1000); /* 199 * 1.5 KiB: several files */
	ck_assert_int_eq(replay_synced(&replay, 200), 0);
	ck_assert_str_eq(contents, batches);
	ck_assert_uint_gt(replay.file_count, 3);
	ck_assert_uint_eq(replay.next_event_id, event_id);
	ck_assert(!replay.is_torn);
	ck_assert(!replay.has_copied_tail); /* it ended cleanly */
	wal_replay_release(&replay);
}
END_TEST

/*
 * The mark at the end may be in the page cache alone: the groups that are
 * written next have later numbers, so it must last.
 */
START_TEST(the_end_mark_is_made_to_last)
{
	struct wal_replay replay;

	write_log("abc", 100);
	ck_assert_int_eq(replay_synced(&replay, 3), 0);
	ck_assert_str_eq(contents, "abc");
	ck_assert_uint_eq(replay.next_group_number, 5);
	ck_assert(replay.has_copied_tail);
	wal_replay_release(&replay);
}
END_TEST

/* All there is has been synced, and so many groups of two rows by this log. */
static void
ck_assert_status(struct wal *wal, uint64_t groups)
{
	struct log_status status = { .file_count = 0 };

	wal_status(wal, &status);
	ck_assert_uint_eq(status.written_event_id, event_id - 1);
	ck_assert_uint_eq(status.synced_event_id, event_id - 1);
	ck_assert_uint_eq(status.group_count, groups);
	ck_assert_uint_eq(status.row_count, 2 * groups);
	ck_assert_uint_eq(status.writes.count, groups);
	ck_assert_uint_eq(status.syncs.count, groups);
	ck_assert_uint_eq(status.written_bytes, 512 * groups);
	ck_assert_uint_eq(status.unarchived_count, 0);
}

START_TEST(goes_on_after_a_restart)
{
	struct wal_replay replay;
	struct wal *wal;

	write_log("abc", 100);
	ck_assert_int_eq(replay_log(&replay), 0);
	wal = open_log(&replay);
	wal_replay_release(&replay);
	ck_assert_status(wal, 0);
	append(wal, 100, 'd');
	ck_assert_status(wal, 1);
	wal_close(wal);
	ck_assert_int_eq(replay_log(&replay), 0);
	ck_assert_str_eq(contents, "abcd");
	wal_replay_release(&replay);
}
END_TEST

/*
 * Groups of 512 bytes: 'a' at 0, 'b' at 512, 'c' at 1024, the end mark at
 * 1536.  Each header knows the groups before it as synced, as each was waited
 * for, and the end mark knows all.
 */
static const struct {
	const char *what;
	off_t offset; /* where 512 bytes are zeroed */
	size_t len;
	int rc;
	const char *left;
	bool is_torn;
} damages[] = {
	{ "nothing", 4096, 512, 0, "abc", false },
	{ "the end mark", 1536, 512, 0, "abc", false },
	{ "the last group, no later one", 1024, 1024, 0, "ab", false },
	{ "the last group, the mark knows it", 1024, 512, STELE_E_CORRUPT, "ab",
	    false },
	{ "the first of all", 0, 512, STELE_E_CORRUPT, "", false },
	{ "one byte of content of the last", 1024 + 90, 1, STELE_E_CORRUPT,
	    "ab", false },
	{ "one byte of the last, no mark", 1024 + 90, 512 + 422, 0, "ab",
	    true },
	{ "all but the first", 512, 2048, 0, "a", false },
};

START_TEST(damage_is_judged)
{
	struct wal_replay replay;

	write_log("abc", 100);
	damage(1, damages[_i].offset, damages[_i].len);
	ck_assert_msg(replay_log(&replay) == damages[_i].rc, "%s: %s",
	    damages[_i].what, err.message);
	ck_assert_str_eq(contents, damages[_i].left);
	if (damages[_i].rc != 0) {
		ck_assert_ptr_nonnull(strstr(err.message, ".wal\" is corrupt"));
		wal_replay_release(&replay);
		return;
	}
	ck_assert_int_eq(replay.is_torn, damages[_i].is_torn);
	/* What was cut does not come back. */
	wal_replay_release(&replay);
	ck_assert_int_eq(replay_log(&replay), 0);
	ck_assert_str_eq(contents, damages[_i].left);
	ck_assert(!replay.is_torn);
	wal_replay_release(&replay);
}
END_TEST

/* The second group, whole by its checksum, has a batch that says too much. */
static void
seal_malformed(void)
{
	uint8_t bytes[512];
	const struct wal_batch_header batch = { .len = 1 << 20 };
	struct wal_group_header group;
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%016x.wal", dir, 1u);
	fd = open(path, O_RDWR);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pread(fd, bytes, sizeof(bytes), 512), 512);
	ck_assert(wal_group_decode(bytes, 1, 512, &group));
	wal_batch_encode(bytes + WAL_GROUP_HEADER_SIZE, &batch);
	wal_group_encode(bytes, &group, KEY);
	ck_assert_int_eq(pwrite(fd, bytes, sizeof(bytes), 512), 512);
	close(fd);
}

static int
on_salvaged(void *arg UNUSED, struct wal_replay_batch *batch,
    struct error *error UNUSED)
{
	contents[content_count++] = (char)batch->entries[0];
	contents[content_count] = '\0';
	return 0;
}

static void
on_loss(void *arg, const struct wal_loss *loss)
{
	struct wal_loss *kept = arg;

	ck_assert_uint_eq(kept->first_group, 0); /* there is one */
	*kept = *loss;
}

START_TEST(a_malformed_group_is_a_loss)
{
	struct wal_loss loss = { 0 };
	const struct wal_salvage_options options = {
		.log = {
			.dir = dir,
			.key = KEY,
			.first_file = 1,
			.first_group = 1,
			.batch = on_salvaged,
		},
		.first_event_id = 1,
		.loss = on_loss,
		.loss_arg = &loss,
	};
	struct wal_replay replay;

	write_log("abc", 100);
	seal_malformed();
	ck_assert_int_eq(replay_log(&replay), STELE_E_CORRUPT);
	wal_replay_release(&replay);
	content_count = 0;
	ck_assert_int_eq(wal_salvage(os_fs_real(), &options, &replay, &err), 0);
	ck_assert_str_eq(contents, "ac");
	ck_assert_uint_eq(loss.first_group, 2);
	ck_assert_uint_eq(loss.last_group, 2);
	ck_assert_uint_eq(loss.first_event_id, 3);
	ck_assert_uint_eq(loss.next_event_id, 5);
	ck_assert_uint_eq(replay.group_count, 3); /* with the end mark */
	wal_replay_release(&replay);
}
END_TEST

START_TEST(missing_file_is_refused)
{
	struct wal_replay replay;
	char batches[200], path[128];

	memset(batches, 'x', sizeof(batches) - 1);
	batches[sizeof(batches) - 1] = '\0';
	write_log(batches, 1000);
	/* One between others, and the first. */
	snprintf(path, sizeof(path), "%s/%016x.wal", dir, _i);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(replay_log(&replay), STELE_E_CORRUPT);
	wal_replay_release(&replay);
}
END_TEST

START_TEST(released_files_are_recycled)
{
	struct wal_replay replay = { .files = NULL };
	struct wal *wal = open_log(&replay);
	uint64_t first, first_group;

	event_id = 1;
	for (int i = 0; i < 300; i++) {
		append(wal, 1000, 'y');
		first = wal_first_needed(wal, event_id - 1, 0, &first_group);
		ck_assert_uint_gt(first_group, 0);
		ck_assert_uint_ne(first, 0);
		wal_release(wal, first);
		ck_assert_uint_le(wal_size(wal, event_id - 1, 0),
		    2 * FILE_SIZE);
	}
	ck_assert_uint_gt(first, 5);
	wal_close(wal);
}
END_TEST

START_TEST(other_key_reads_nothing)
{
	const struct wal_replay_options options = {
		.dir = dir,
		.key = KEY + 1,
		.first_group = 1,
		.is_read_only = true,
		.batch = on_batch,
	};
	struct wal_replay replay;

	write_log("abc", 100);
	content_count = 0;
	ck_assert_int_eq(wal_replay(os_fs_real(), &options, &replay, &err), 0);
	ck_assert_uint_eq(content_count, 0);
	wal_replay_release(&replay);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("wal");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, comes_back_over_files);
	tcase_add_test(tc, the_end_mark_is_made_to_last);
	tcase_add_test(tc, goes_on_after_a_restart);
	tcase_add_loop_test(tc, damage_is_judged, 0, ARRAY_LEN(damages));
	tcase_add_test(tc, a_malformed_group_is_a_loss);
	tcase_add_loop_test(tc, missing_file_is_refused, 1, 3);
	tcase_add_test(tc, released_files_are_recycled);
	tcase_add_test(tc, other_key_reads_nothing);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
