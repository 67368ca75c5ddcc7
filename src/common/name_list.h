/* SPDX-License-Identifier: Apache-2.0 */
/*
 * name_list.h -- reading names as SQL writes them: public.t, "$user", public.
 *
 * A name in double quotes is as it is, two quotes being one; others become
 * small letters (of ASCII) and end before a blank or the separator.  Blanks
 * around names mean nothing.  Names longer than 63 bytes are cut.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/str.h"

struct name_list {
	struct str *names; /* in the arena */
	uint32_t count;
};

/*
 * Read names with `separator` between them.  False if the text is no such
 * list, or there is no memory; a text of blanks is one without names.
 */
bool name_list_read(struct str text, char separator, struct arena *arena,
    struct name_list *out);
