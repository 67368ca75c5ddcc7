/* SPDX-License-Identifier: Apache-2.0 */
/*
 * native_error.h -- errors as the native doors tell them.
 *
 * What SnelDB's clients know by its words keeps them; anything else is our
 * message with its place, detail and hint, on one line.
 *
 * Thread: any.
 */
#pragma once

#include "common/buf.h"
#include "server/native/native.h"

/* What an error came up in. */
struct native_fault {
	const struct error *err;
	struct str request; /* its text */
	const struct ast_stmt
	    *stmt;     /* NULL: it was not understood, or is none */
	bool is_parse; /* the text is wrong */
	bool is_fatal; /* the connection ends */
};

/* The status of an SQLSTATE. */
int native_status(const char *sqlstate);

/* *out borrows from `text`, which is overwritten. */
void native_error_make(const struct native_fault *fault, struct buf *text,
    struct native_error *out);
