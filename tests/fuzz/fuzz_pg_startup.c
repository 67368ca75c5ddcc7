/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes before a session: frame after frame of a stream that may end
 * anywhere, their parameters, and the settings in "options".  Frames are walls,
 * and nothing is read beyond what has come.
 */
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/error.h"
#include "common/must.h"
#include "fuzz/fuzz.h"
#include "wire/pg_frontend.h"

static struct error err;

static void
read_options(struct str options)
{
	struct str name, value;
	struct arena arena;
	int rc;

	arena_init(&arena, NULL);
	while (
	    (rc = pg_options_next(&options, &arena, &name, &value, &err)) == 1)
		MUST(name.len > 0 && memchr(name.data, '-', name.len) == NULL);
	MUST(rc == 0 || rc == STELE_E_SYNTAX);
	arena_release(&arena);
}

static void
read_parameters(struct pg_startup *startup)
{
	struct str name, value;
	int rc;

	while ((rc = pg_startup_next(startup, &name, &value, &err)) == 1) {
		MUST(name.len > 0);
		rc = pg_check_text(value, &err);
		MUST(rc == 0 || rc == STELE_E_CHARACTER_NOT_IN_REPERTOIRE);
		if (str_equal(name, STR("options")))
			read_options(value);
	}
	MUST(rc == 0 || rc == STELE_E_PROTOCOL_VIOLATION);
}

static void
read_body(struct str body)
{
	struct pg_startup startup;

	if (pg_startup_decode(body, &startup, &err) != 0)
		return;
	if (startup.kind == PG_STARTUP_SESSION)
		read_parameters(&startup);
	if (startup.kind == PG_STARTUP_CANCEL)
		MUST(startup.cancel_key.len >= 4 &&
		    startup.cancel_key.len <= 256);
}

/* The stream as far as it has come: exactly these bytes, on the heap. */
static int
next_frame(const uint8_t *data, size_t size, struct str *body, uint8_t **copy)
{
	*copy = malloc(size + 1);
	MUST(*copy != NULL);
	memcpy(*copy, data, size);
	return pg_startup_frame(*copy, size, body, &err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	while (size > 0) {
		struct str body;
		uint8_t *copy;
		int rc = next_frame(data, size, &body, &copy);

		MUST(rc == 0 || rc == 1 || rc == STELE_E_PROTOCOL_VIOLATION);
		if (rc == 1) {
			MUST(body.len >= 4 && body.len + 4 <= size &&
			    body.len + 4 <= PG_STARTUP_SIZE_MAX);
			read_body(body);
			data += body.len + 4;
			size -= body.len + 4;
		}
		free(copy);
		if (rc != 1)
			return 0;
	}
	return 0;
}
