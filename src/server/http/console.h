/* SPDX-License-Identifier: Apache-2.0 */
/*
 * console.h -- the files of the console in the browser, as they are in the binary.
 *
 * The build makes the table of console/dist (tools/console-to-c); it is empty if
 * the server is built without a console.  A path is one of the table or none: no
 * name of a file is ever made of what a client sends.
 *
 * Threads: constant.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/str.h"

struct console_file {
	const char *path; /* "/" is the page */
	const char *content_type;
	const char *tag; /* of the content: that of a field "etag" */
	const uint8_t *gzip;
	size_t gzip_size;
	size_t size; /* of what it is uncompressed */
};

/* By exact path; NULL if there is none. */
const struct console_file *console_file_find(struct str path);

/* Whether a path is the console's: the page's is, be it there or not. */
bool console_has_path(struct str path);

/* Whether there are any. */
bool console_is_built(void);
