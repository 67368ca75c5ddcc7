/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/password.h"

#include "common/arena.h"
#include "common/buf.h"
#include "common/error.h"
#include "common/scram.h"

int
password_verifier(struct str password, uint32_t iterations, struct arena *arena,
    struct str *out, struct error *err)
{
	struct scram_verifier verifier;
	struct buf text;
	int rc = 0;

	*out = STR("");
	if (password.len == 0)
		return 0;
	if (scram_parse(password, &verifier)) {
		if (verifier.iterations > SCRAM_ITERATIONS_GIVEN_MAX)
			return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
			    "SCRAM verifier must not have more than %d "
			    "iterations",
			    SCRAM_ITERATIONS_GIVEN_MAX);
		*out = arena_str(arena, password);
		return arena_check(arena, err);
	}
	buf_init(&text);
	rc = scram_make(password, iterations, &verifier, err);
	if (rc == 0) {
		scram_put(&verifier, &text);
		arena->failed |= text.failed;
		*out = arena_str(arena, buf_str(&text));
		rc = arena_check(arena, err);
	}
	buf_release(&text);
	return rc;
}
