/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/deparse_private.h"

#include "common/quote.h"

#define INDENT_MAX 40 /* deeper levels begin again at the left */

void
deparse_put(struct deparse *d, const char *text)
{
	buf_put_cstr(d->out, text);
}

void
deparse_put_name(struct deparse *d, struct str name)
{
	quote_put_name(d->out, name);
}

void
deparse_put_names(struct deparse *d, const struct str *names, uint32_t count)
{
	deparse_put(d, "(");
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0)
			deparse_put(d, ", ");
		deparse_put_name(d, names[i]);
	}
	deparse_put(d, ")");
}

void
deparse_put_type(struct deparse *d, const struct type *type)
{
	if (!names_put_type_mod(d->context, type->oid, type->mod, d->out))
		deparse_put(d, "???");
}

/* Take blanks away from the end. */
static void
deparse_trim(struct deparse *d)
{
	while (d->out->len > 0 && d->out->data[d->out->len - 1] == ' ')
		d->out->len--;
}

void
deparse_line(struct deparse *d, const char *word, int before, int after,
    int plus)
{
	int blanks;

	d->indent += before;
	deparse_trim(d);
	if (d->indent < INDENT_MAX)
		blanks = d->indent < 0 ? 0 : d->indent;
	else
		blanks =
		    (INDENT_MAX + (d->indent - INDENT_MAX) / (INDENT_STD / 2)) %
		    INDENT_MAX;
	buf_printf(d->out, "\n%*s%s", blanks + plus, "", word);
	d->indent += after;
	if (d->indent < 0)
		d->indent = 0;
}

void
deparse_item_begin(struct deparse *d, struct deparse_item *item)
{
	item->around = d->out;
	buf_init(&item->text);
	d->out = &item->text;
}

/* How long the last line is. */
static size_t
last_line(const struct buf *text)
{
	size_t start = text->len;

	while (start > 0 && text->data[start - 1] != '\n')
		start--;
	return text->len - start;
}

static bool
does_fit(const struct deparse *d, const struct buf *text)
{
	return last_line(d->out) + text->len <=
	    (size_t)(d->style.wrap_column < 0 ? 0 : d->style.wrap_column);
}

bool
deparse_item_end(struct deparse *d, struct deparse_item *item, bool may_break,
    bool must_break)
{
	struct buf *text = &item->text;
	bool begins_line = text->len > 0 && text->data[0] == '\n';
	bool has_lines = text->len > 1 &&
	    memchr(text->data + begins_line, '\n', text->len - begins_line) !=
		NULL;

	d->out = item->around;
	if (d->style.wrap_column == DEPARSE_NO_WRAP)
		;
	else if (begins_line)
		deparse_trim(d);
	else if (may_break && (must_break || !does_fit(d, text)))
		deparse_line(d, "", -INDENT_STD, INDENT_STD, INDENT_VAR);
	d->out->failed |= text->failed;
	buf_put_str(d->out, buf_str(text));
	buf_release(text);
	return has_lines;
}
