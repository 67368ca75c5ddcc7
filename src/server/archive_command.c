/* SPDX-License-Identifier: Apache-2.0 */
#include "server/archive_command.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/buf.h"
#include "common/error.h"
#include "engine/engine.h"
#include "os/file.h"
#include "os/memory.h"
#include "server/archive_private.h"
#include "server/directory_command.h"
#include "server/server.h"
#include "types/type.h"

/* ---- times ---- */

int
archive_time(const char *text, int64_t *out, struct error *err)
{
	const struct type type = type_of(TYPE_TIMESTAMPTZ);
	struct arena arena;
	struct datum value;
	int rc;

	arena_init(&arena, NULL);
	rc = type_in_text(&type, &type_settings_default, str_of_cstr(text),
	    &arena, &value, err);
	if (rc == 0)
		*out = value.i64;
	arena_release(&arena);
	return rc;
}

static void
print_time(int64_t time)
{
	const struct type type = type_of(TYPE_TIMESTAMPTZ);
	const struct vec vec = { .phys = PHYS_I64, .i64 = &time };
	struct buf text;

	buf_init(&text);
	type_out_text(&type, &type_settings_default, &vec, 0, &text);
	printf("%.*s", STR_FMT(buf_str(&text)));
	buf_release(&text);
}

static bool
has_events(const struct archived_file *file)
{
	return file->last_event_id >= file->first_event_id;
}

static void
print_times(const struct archived_file *file)
{
	print_time(file->time_min);
	printf(" .. ");
	print_time(file->time_max);
}

/* ---- list ---- */

/* What files have been told, and what was wrong with them. */
struct listing {
	struct archived_file last; /* bytes 0: none yet */
	uint64_t damaged;
	uint64_t gaps;
};

/* Does the file follow the one before?  Notes it as the last. */
static void
follow(struct listing *listing, const struct archived_file *file)
{
	const struct archived_file *last = &listing->last;

	if (last->bytes != 0 && file->first_group > last->last_group + 1) {
		printf("gap: between event %" PRIu64 " and event %" PRIu64
		       ", %" PRIu64 " groups of the log are missing\n",
		    last->last_event_id, file->first_event_id,
		    file->first_group - last->last_group - 1);
		listing->gaps++;
	}
	listing->last = *file;
}

static void
print_damage(struct listing *listing, const struct archived_file *file,
    const struct error *damage)
{
	printf("%016" PRIx64 "  problem: %s", file->number, damage->message);
	if (damage->detail[0] != '\0')
		printf(" (%s)", damage->detail);
	putchar('\n');
	listing->damaged++;
}

static void
list_cb(void *arg, const struct archived_file *file, const struct error *damage)
{
	struct listing *listing = arg;

	if (damage != NULL) {
		print_damage(listing, file, damage);
		return;
	}
	follow(listing, file);
	printf("%016" PRIx64 "  ", file->number);
	if (has_events(file)) {
		printf("events %" PRIu64 " .. %" PRIu64 "  ",
		    file->first_event_id, file->last_event_id);
		print_times(file);
	} else {
		printf("no events before %" PRIu64, file->first_event_id);
	}
	printf("  %" PRIu64 " schema changes  %" PRIu64 " bytes of %" PRIu64
	       "\n",
	    file->schema_changes, file->bytes, file->log_bytes);
}

int
archive_list_command(const char *archive)
{
	struct listing listing = { .damaged = 0 };
	struct error err;

	if (engine_each_archived(os_fs_real(), archive, list_cb, &listing,
		&err) != 0) {
		print_error(&err);
		return EXIT_FAILURE;
	}
	return listing.damaged == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* ---- info ---- */

struct type_count {
	char *name; /* owned */
	uint64_t events;
};

struct summary {
	struct listing listing;
	uint64_t files;
	uint64_t bytes;
	uint64_t log_bytes;
	uint64_t first_event_id;
	struct archived_file times; /* the least and greatest, if it has any */
	struct buf types;           /* struct type_count */
	struct buf changes;         /* text */
};

static struct type_count *
find_type(struct summary *summary, struct str name)
{
	struct type_count *counts = (void *)summary->types.data;
	size_t count = summary->types.len / sizeof(*counts);
	struct type_count *added;

	for (size_t i = 0; i < count; i++)
		if (str_equal(name, str_of_cstr(counts[i].name)))
			return &counts[i];
	added = (void *)buf_take(&summary->types, sizeof(*added));
	if (added == NULL)
		return NULL;
	*added = (struct type_count){ .name = strndup(name.data, name.len) };
	if (added->name != NULL)
		return added;
	summary->types.len -= sizeof(*added);
	return NULL;
}

static void
change_cb(void *arg, uint64_t event_id, const char *kind, struct str name)
{
	struct summary *summary = arg;

	buf_printf(&summary->changes,
	    "  before event %" PRIu64 ": %s \"%.*s\"\n", event_id, kind,
	    STR_FMT(name));
}

static int
count_cb(void *arg, const struct archived_rows *parts, uint32_t part_count,
    struct error *err)
{
	struct summary *summary = arg;

	for (uint32_t i = 0; i < part_count; i++) {
		struct type_count *count =
		    find_type(summary, parts[i].type->name);

		if (count == NULL)
			return error_no_memory(err);
		count->events += parts[i].count;
	}
	return 0;
}

static void
add_file(struct summary *summary, const struct archived_file *file)
{
	if (summary->files++ == 0)
		summary->first_event_id = file->first_event_id;
	summary->bytes += file->bytes;
	summary->log_bytes += file->log_bytes;
	if (!has_events(file))
		return;
	if (!has_events(&summary->times)) {
		summary->times = *file;
		return;
	}
	if (file->time_min < summary->times.time_min)
		summary->times.time_min = file->time_min;
	if (file->time_max > summary->times.time_max)
		summary->times.time_max = file->time_max;
}

static void
info_cb(void *arg, const struct archived_file *file, const struct error *damage)
{
	struct summary *summary = arg;
	const struct archive_visitor visitor = {
		.arg = summary,
		.change = change_cb,
		.batch = count_cb,
	};
	struct error err;

	if (damage == NULL)
		follow(&summary->listing, file);
	if (damage == NULL &&
	    engine_visit_archived(os_fs_real(), file->path, &visitor, &err) !=
		0)
		damage = &err;
	if (damage != NULL)
		print_damage(&summary->listing, file, damage);
	else
		add_file(summary, file);
}

static void
print_directory(const struct archived_file *file)
{
	const struct type type = type_of(TYPE_UUID);
	struct uuid uuid = file->directory;
	const struct vec vec = { .phys = PHYS_UUID, .uuid = &uuid };
	struct buf text;

	buf_init(&text);
	type_out_text(&type, &type_settings_default, &vec, 0, &text);
	printf("directory: %.*s, %u shards\n", STR_FMT(buf_str(&text)),
	    (unsigned)file->shard_count);
	buf_release(&text);
}

static void
print_summary(const struct summary *summary)
{
	const struct archived_file *last = &summary->listing.last;
	const struct type_count *counts = (const void *)summary->types.data;

	if (summary->files == 0)
		return;
	print_directory(last);
	printf("files: %" PRIu64 ", %" PRIu64 " bytes of %" PRIu64
	       ", the last archived at ",
	    summary->files, summary->bytes, summary->log_bytes);
	print_time(last->archived_us);
	if (last->last_event_id >= summary->first_event_id)
		printf("\nevents: %" PRIu64 " .. %" PRIu64 "\n",
		    summary->first_event_id, last->last_event_id);
	else
		printf("\nevents: none before %" PRIu64 "\n",
		    summary->first_event_id);
	if (has_events(&summary->times)) {
		printf("timestamps: ");
		print_times(&summary->times);
		putchar('\n');
	}
	for (size_t i = 0; i < summary->types.len / sizeof(*counts); i++)
		printf("  %s: %" PRIu64 " events\n", counts[i].name,
		    counts[i].events);
	if (summary->changes.len > 0)
		printf("schema changes:\n%.*s",
		    STR_FMT(buf_str(&summary->changes)));
}

int
archive_info_command(const char *path)
{
	struct summary summary = { .times.first_event_id = 1 };
	struct type_count *counts;
	struct error err;
	int rc;

	buf_init(&summary.types);
	buf_init(&summary.changes);
	rc = engine_each_archived(os_fs_real(), path, info_cb, &summary, &err);
	if (rc != 0)
		print_error(&err);
	else
		print_summary(&summary);
	counts = (void *)summary.types.data;
	for (size_t i = 0; i < summary.types.len / sizeof(*counts); i++)
		free(counts[i].name);
	buf_release(&summary.types);
	buf_release(&summary.changes);
	if (rc != 0)
		return EXIT_FAILURE;
	if (summary.listing.damaged == 0 && summary.listing.gaps == 0) {
		puts("whole");
		return EXIT_SUCCESS;
	}
	printf("not whole: %" PRIu64 " damaged files, %" PRIu64 " gaps\n",
	    summary.listing.damaged, summary.listing.gaps);
	return EXIT_FAILURE;
}

/* ---- restore ---- */

/* Digits alone are an event_id, anything else is a time. */
static int
parse_until(const char *text, struct restore_until *out, struct error *err)
{
	*out = (struct restore_until){ .has_time = false };
	if (text == NULL)
		return 0;
	if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0') {
		out->has_time = true;
		return archive_time(text, &out->time, err);
	}
	out->has_event_id = true;
	out->event_id = strtoull(text, NULL, 10);
	return 0;
}

int
archive_restore_command(const char *dir, const char *archive,
    const struct config *config, const char *until_text)
{
	struct restore_until until;
	struct restore_report report;
	struct engine_options options;
	struct error err;

	umask(077);
	server_engine_options(config, &options);
	if (parse_until(until_text, &until, &err) != 0 ||
	    engine_archive_restore(os_fs_real(), dir, archive, &options, &until,
		&report, &err) != 0) {
		print_error(&err);
		return EXIT_FAILURE;
	}
	printf("%" PRIu64 " archived files, %" PRIu64
	       " groups of the log; the last event is %" PRIu64 "%s\n",
	    report.files, report.groups, report.event_id,
	    report.is_cut ? ", the archive has more" : "");
	return directory_verify(dir, false);
}
