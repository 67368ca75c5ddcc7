/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/regex_list.h"

#include <string.h>

#include "common/cancel.h"
#include "common/error.h"
#include "common/utf8.h"
#include "exec/unicode.h"
#include "types/array.h"

int
regex_read_flags(const char *function, struct str flags, bool may_be_global,
    struct regex_options *options, bool *is_global, struct error *err)
{
	*is_global = false;
	for (size_t at = 0; at < flags.len;) {
		size_t start = at;
		uint32_t letter = unicode_next(flags, &at);

		if (letter == 'g' && may_be_global) {
			*is_global = true;
		} else if (letter == 'g') {
			return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
			    "%s() does not support the \"global\" option",
			    function);
		} else if (letter == 'b') {
			return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
			    "basic regular expressions are not supported");
		} else if (letter >= 0x80 ||
		    !regex_set_option(options, (char)letter)) {
			return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
			    "invalid regular expression option: \"%.*s\"",
			    (int)(at - start), flags.data + start);
		}
	}
	return 0;
}

size_t
regex_after(struct str text, struct regex_span span)
{
	struct str rest;

	if (span.start < span.end)
		return span.end;
	rest = str_of(text.data + span.end, text.len - span.end);
	return span.end + (rest.len == 0 ? 1 : utf8_offset(rest, 1));
}

/* Room for one more item, twice as much when there is none. */
static struct datum *
next_item(struct regex_list *list, uint32_t *capacity, struct arena *arena,
    struct error *err)
{
	if (list->count == *capacity) {
		uint32_t room = *capacity == 0 ? 8 : *capacity * 2;
		struct datum *items =
		    arena_try_alloc(arena, room * sizeof(*items));

		if (items == NULL) {
			(void)error_no_memory(err);
			return NULL;
		}
		if (list->count > 0)
			memcpy(items, list->items,
			    list->count * sizeof(*items));
		list->items = items;
		*capacity = room;
	}
	return &list->items[list->count++];
}

static int
prepare(const struct regex_search *search, bool may_be_global,
    struct regex **regex, bool *is_global, struct error *err)
{
	struct regex_options options = { 0 };
	int rc;

	rc = regex_read_flags(search->function, search->flags, may_be_global,
	    &options, is_global, err);
	return rc != 0 ? rc
		       : regex_cache_get(search->regexes, search->pattern,
			     &options, regex, err);
}

static struct str
part_of(struct str text, size_t start, size_t end)
{
	return str_of(text.data + start, end - start);
}

/* The groups of the last match as an array. */
static int
put_groups(const struct regex_search *search, const struct regex *regex,
    struct datum *out, struct error *err)
{
	uint32_t first = regex->group_count > 0;
	uint32_t count = first == 0 ? 1 : regex->group_count;
	struct datum *groups =
	    arena_alloc_array(search->arena, count, sizeof(*groups));
	struct array_shape shape = array_shape_list(count);

	for (uint32_t i = 0; i < count; i++) {
		struct regex_span span = regex_group(regex, first + i);

		groups[i] = (struct datum){ .is_null = span.start == SIZE_MAX };
		if (!groups[i].is_null)
			groups[i].str =
			    part_of(search->text, span.start, span.end);
	}
	*out = (struct datum){ 0 };
	return array_make(&shape, PHYS_STR, groups, search->arena, &out->str,
	    err);
}

int
regex_matches(const struct regex_search *search, bool may_be_global,
    struct regex_list *out, struct error *err)
{
	uint32_t capacity = 0;
	struct regex *regex;
	bool is_global;
	size_t at = 0;
	int rc;

	*out = (struct regex_list){ 0 };
	rc = prepare(search, may_be_global, &regex, &is_global, err);
	if (rc != 0)
		return rc;
	while (at <= search->text.len &&
	    (rc = regex_find(regex, search->text, at, search->cancel, err)) ==
		1) {
		struct datum *item =
		    next_item(out, &capacity, search->arena, err);

		rc = item == NULL ? err->code
				  : put_groups(search, regex, item, err);
		if (rc == 0)
			rc = cancel_check(search->cancel, err);
		if (rc != 0 || !is_global)
			break;
		at = regex_after(search->text, regex_group(regex, 0));
	}
	return rc;
}

static int
split_all(const struct regex_search *search, struct regex *regex,
    struct regex_list *out, struct error *err)
{
	uint32_t capacity = 0;
	size_t at = 0, done = 0, last_end = 0;
	struct datum *item;
	int rc = 0;

	while (at <= search->text.len &&
	    (rc = regex_find(regex, search->text, at, search->cancel, err)) ==
		1) {
		struct regex_span span = regex_group(regex, 0);

		at = regex_after(search->text, span);
		rc = cancel_check(search->cancel, err);
		if (rc != 0)
			return rc;
		if (span.start >= search->text.len || span.end <= last_end)
			continue;
		item = next_item(out, &capacity, search->arena, err);
		if (item == NULL)
			return err->code;
		*item = (struct datum){ .str = part_of(search->text, done,
					    span.start) };
		done = last_end = span.end;
	}
	if (rc < 0)
		return rc;
	item = next_item(out, &capacity, search->arena, err);
	if (item == NULL)
		return err->code;
	*item = (struct datum){ .str = part_of(search->text, done,
				    search->text.len) };
	return 0;
}

int
regex_split(const struct regex_search *search, struct regex_list *out,
    struct error *err)
{
	struct regex *regex;
	bool is_global;
	int rc;

	*out = (struct regex_list){ 0 };
	rc = prepare(search, false, &regex, &is_global, err);
	return rc != 0 ? rc : split_all(search, regex, out, err);
}
