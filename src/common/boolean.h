/* SPDX-License-Identifier: Apache-2.0 */
/*
 * boolean.h -- the words for true and false, in values and in settings.
 */
#pragma once

#include <stdbool.h>

#include "common/attr.h"
#include "common/str.h"

/*
 * true, yes, on, 1 and their opposites, any unambiguous prefix in any case.
 * False if `text` is none of them.
 */
MUST_USE bool boolean_parse(struct str text, bool *out);
