/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archive_command.h -- what the command line does with archives of the log.
 *
 * Each prints what it has found or done and returns the status of the process.
 */
#pragma once

struct config;

/* The files of an archive, a line each; failure if one is damaged. */
int archive_list_command(const char *archive);

/*
 * Read an archive, or one file of it, and say what is in it; success only if it
 * is whole.
 */
int archive_info_command(const char *path);

/* What is wanted of an archive's events; NULL: any. */
struct archive_filter {
	const char *type;
	const char *context;
	const char *since; /* a time; not before it */
	const char *until; /* a time; before it */
};

enum archive_form { ARCHIVE_NDJSON, ARCHIVE_COPY };

/*
 * Print the events of an archive, or of one file of it, in the order of
 * event_id: a JSON object a line, or what COPY events FROM STDIN reads.
 */
int archive_export_command(const char *path,
    const struct archive_filter *filter, enum archive_form form);

/* `until` is an event_id, a time, or NULL. */
int archive_restore_command(const char *dir, const char *archive,
    const struct config *config, const char *until);
