/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_console.c -- see http_console.h.
 *
 * Of what a browser may do with the page, it is told everything that is not
 * needed: no script or style but the files', no other origin, no frame around it,
 * nothing about where it was when it goes elsewhere.  There are no cookies.
 */
#include "server/http/http_console.h"

#include "common/error.h"
#include "server/http/console.h"
#include "server/http/http_private.h"
#include "server/session_private.h"
#include "wire/http_accept.h"
#include "wire/http_gunzip.h"
#include "wire/http_reply.h"

static const struct {
	const char *name, *value;
} fields[] = {
	{ "Cache-Control", "no-cache" },
	{ "Content-Security-Policy",
	    "default-src 'self'; base-uri 'none'; form-action 'none'; "
	    "frame-ancestors 'none'; object-src 'none'" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Vary", "Accept-Encoding" },
	{ "X-Content-Type-Options", "nosniff" },
};

static bool
takes_gzip(const struct http_door *http)
{
	return http_accepts_coding(&http->request, STR("gzip"));
}

void
http_console_put_fields(const struct session *session, struct buf *out,
    int status)
{
	const struct http_door *http = session->native->http;
	const struct console_file *file = console_file_find(http->request.path);

	if (file == NULL || (status != 200 && status != 304))
		return;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		http_put_field(out, fields[i].name,
		    str_of_cstr(fields[i].value));
	http_put_field(out, "ETag", str_of_cstr(file->tag));
	if (status == 200 && takes_gzip(http))
		http_put_field(out, "Content-Encoding", STR("gzip"));
}

/* For the few that do not take it as it is kept. */
static void
answer_inflated(struct session *session, const struct console_file *file)
{
	struct buf body;

	buf_init(&body);
	if (http_gunzip(file->gzip, file->gzip_size, file->size, &body,
		&session->err) != 0)
		http_answer_error(session, 503);
	else
		http_answer(session, 200, file->content_type, buf_str(&body));
	buf_release(&body);
}

static void
answer_without(struct session *session, const char *why)
{
	(void)error_set(&session->err, STELE_E_UNDEFINED_OBJECT, "%s", why);
	http_answer_error(session, 404);
}

void
http_console_answer(struct session *session)
{
	const struct http_door *http = session->native->http;
	const struct console_file *file = console_file_find(http->request.path);
	struct config *config = server_config(session->server);
	bool is_on = config->console;

	config_unref(config);
	if (!is_on)
		answer_without(session,
		    "the console is switched off (option console)");
	else if (file == NULL)
		answer_without(session,
		    "this server was built without its console (configure "
		    "--with-console)");
	else if (http_has_tag(&http->request, str_of_cstr(file->tag)))
		http_answer(session, 304, file->content_type, STR(""));
	else if (takes_gzip(http))
		http_answer(session, 200, file->content_type,
		    str_of((const char *)file->gzip, file->gzip_size));
	else
		answer_inflated(session, file);
}
