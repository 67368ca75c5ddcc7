/* SPDX-License-Identifier: Apache-2.0 */
#include "server/directory_command.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/error.h"
#include "common/log.h"
#include "engine/engine.h"
#include "os/file.h"
#include "server/login/key_file.h"
#include "server/server.h"

void
print_error(const struct error *err)
{
	fprintf(stderr, "stele: %s\n", err->message);
	if (err->detail[0] != '\0')
		fprintf(stderr, "stele: DETAIL: %s\n", err->detail);
	if (err->hint[0] != '\0')
		fprintf(stderr, "stele: HINT: %s\n", err->hint);
	if (err->context[0] != '\0')
		fprintf(stderr, "stele: CONTEXT: %s\n", err->context);
}

/* ---- verify ---- */

static void
problem_cb(void *arg UNUSED, const struct error *err)
{
	printf("problem: %s", err->message);
	if (err->detail[0] != '\0')
		printf(" (%s)", err->detail);
	putchar('\n');
}

static void
progress_cb(void *arg UNUSED, const struct verify_report *so_far)
{
	fprintf(stderr, "%llu of %llu files, %llu of %llu bytes\n",
	    (unsigned long long)so_far->files,
	    (unsigned long long)so_far->files_total,
	    (unsigned long long)so_far->bytes,
	    (unsigned long long)so_far->bytes_total);
}

int
directory_verify(const char *dir, bool has_progress)
{
	const struct verify_watcher watcher = {
		.problem = problem_cb,
		.progress = has_progress ? progress_cb : NULL,
	};
	struct verify_report report;
	struct error err;

	if (engine_verify(os_fs_real(), dir, &watcher, &report, &err) != 0) {
		print_error(&err);
		return EXIT_FAILURE;
	}
	printf("%llu files, %llu bytes, %llu events, %llu problems\n",
	    (unsigned long long)report.files, (unsigned long long)report.bytes,
	    (unsigned long long)report.rows,
	    (unsigned long long)report.problems);
	return report.problems == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* ---- backup, restore ---- */

/* A file that belongs to a directory, if it is there. */
static int
copy_file(const char *from, const char *to, const char *name, size_t size_max,
    struct error *err)
{
	struct os_fs *fs = os_fs_real();
	char path[OS_PATH_SIZE];
	uint8_t *text = NULL;
	size_t len;
	int rc = os_path(path, from, name, err);

	if (rc == 0)
		rc = os_read_given_file(fs, path, size_max, &text, &len, err);
	if (rc == STELE_E_FILE_MISSING)
		return 0;
	if (rc == 0)
		rc = os_write_file(fs, to, name, text, len, err);
	free(text);
	return rc;
}

struct settings_copy {
	const char *from;
	const char *to;
	bool has_key; /* it is copied too, if there is one */
};

static int
copy_settings(void *arg, struct error *err)
{
	const struct settings_copy *c = arg;
	int rc = copy_file(c->from, c->to, CONFIG_NAME, CONFIG_SIZE_MAX, err);

	if (rc == 0)
		rc = copy_file(c->from, c->to, HBA_NAME, HBA_SIZE_MAX, err);
	if (rc == 0)
		rc = copy_file(c->from, c->to, AUTH_SECRET_NAME,
		    AUTH_SECRET_SIZE, err);
	if (rc == 0 && c->has_key)
		rc = copy_file(c->from, c->to, KEY_FILE_NAME, KEY_FILE_SIZE_MAX,
		    err);
	return rc;
}

static int
copy_directory(struct settings_copy *settings, bool must_copy)
{
	const struct copy_options options = {
		.must_copy = must_copy,
		.add = copy_settings,
		.arg = settings,
	};
	struct copy_report report;
	struct error err;

	umask(077);
	if (engine_copy(os_fs_real(), settings->from, settings->to, &options,
		&report, &err) != 0) {
		print_error(&err);
		return EXIT_FAILURE;
	}
	printf("%llu segments (%llu linked), %llu bytes; "
	       "%llu log files, %llu bytes\n",
	    (unsigned long long)report.segments,
	    (unsigned long long)report.linked,
	    (unsigned long long)report.segment_bytes,
	    (unsigned long long)report.log_files,
	    (unsigned long long)report.log_bytes);
	return directory_verify(settings->to, false);
}

int
directory_copy(const char *from, const char *to, bool must_copy)
{
	struct settings_copy settings = { .from = from, .to = to };

	return copy_directory(&settings, must_copy);
}

/* A backup has no key: one that is there has been put into it. */
int
directory_restore(const char *from, const char *to, bool must_copy)
{
	struct settings_copy settings = {
		.from = from,
		.to = to,
		.has_key = true,
	};

	return copy_directory(&settings, must_copy);
}

/* ---- reshard ---- */

int
directory_reshard(const char *dir, const struct config *config,
    const char *shard_count)
{
	struct engine_options options;
	struct reshard_report report;
	struct error err;
	unsigned long count;
	char *end;

	umask(077);
	count = strtoul(shard_count, &end, 10);
	if (*end != '\0' || count > UINT32_MAX)
		count = 0; /* which is refused */
	server_engine_options(config, &options);
	options.shard_count = 0; /* that of the directory */
	options.compaction = false;
	if (engine_reshard(os_fs_real(), dir, &options, (uint32_t)count,
		&report, &err) != 0) {
		print_error(&err);
		return EXIT_FAILURE;
	}
	printf("%u shards instead of %u; %llu events in %u segments\n",
	    (unsigned)count, (unsigned)report.shard_count_before,
	    (unsigned long long)report.position,
	    (unsigned)report.segment_count);
	return directory_verify(dir, false);
}

/* ---- salvage ---- */

static void
loss_cb(void *arg UNUSED, const struct salvage_loss *loss)
{
	struct buf line;

	buf_init(&line);
	salvage_loss_put(&line, loss);
	buf_put(&line, "", 1);
	if (!line.failed)
		fprintf(stderr, "lost: %s", (const char *)line.data);
	buf_release(&line);
}

int
directory_salvage(const char *dir, const struct config *config,
    struct error *err)
{
	struct engine_options options;
	struct salvage_report report;
	int rc;

	server_engine_options(config, &options);
	rc = engine_salvage(os_fs_real(), dir, &options, loss_cb, NULL, &report,
	    err);
	if (rc == 0 && report.losses > 0)
		log_warn(LOG_WAL, "salvaged a corrupt log, events are lost",
		    LOG_UINT("losses", report.losses),
		    LOG_UINT("quarantined", report.quarantined),
		    LOG_UINT("last_event_id", report.event_id));
	return rc;
}

/* ---- dump ---- */

static void
line_cb(void *arg UNUSED, const char *text)
{
	puts(text);
}

int
directory_dump(const char *path)
{
	uint64_t problems;
	struct error err;

	if (engine_dump(os_fs_real(), path, line_cb, NULL, &problems, &err) !=
	    0) {
		print_error(&err);
		return EXIT_FAILURE;
	}
	return problems == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
