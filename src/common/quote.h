/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quote.h -- names and strings as SQL writes them.
 */
#pragma once

#include "common/buf.h"
#include "common/str.h"

/* The text between quotes, each quote in it doubled. */
void quote_put(struct buf *out, struct str text, char quote);

/* A name, in double quotes if it is a keyword or not of small letters. */
void quote_put_name(struct buf *out, struct str name);

/* A string; with a backslash in it, in the form E'...'. */
void quote_put_literal(struct buf *out, struct str text);
