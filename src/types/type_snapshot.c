/* SPDX-License-Identifier: Apache-2.0 */
#include "types/xid_snapshot.h"

#include <inttypes.h>

#include "types/type_private.h"

/* ---- its parts ---- */

static bool
read_number(struct str text, size_t *at, uint64_t *out)
{
	size_t first = *at;

	*out = 0;
	for (; *at < text.len && text.data[*at] >= '0' && text.data[*at] <= '9';
	     ++*at)
		if (__builtin_mul_overflow(*out, 10u, out) ||
		    __builtin_add_overflow(*out,
			(uint64_t)(text.data[*at] - '0'), out))
			return false;
	return *at > first;
}

static bool
read_sign(struct str text, size_t *at, char sign)
{
	if (*at == text.len || text.data[*at] != sign)
		return false;
	++*at;
	return true;
}

/* The next that runs; one that was the last already is passed over. */
static bool
add_running(struct xid_snapshot *snapshot, uint64_t *running, uint64_t id)
{
	uint64_t last = snapshot->count > 0 ? running[snapshot->count - 1] : 0;

	if (id < snapshot->min || id >= snapshot->limit || id < last)
		return false;
	if (id != last)
		running[snapshot->count++] = id;
	return true;
}

static bool
no_memory(struct arena *arena)
{
	arena->failed = true;
	return false;
}

static bool
is_range(const struct xid_snapshot *snapshot)
{
	return snapshot->min > 0 && snapshot->limit >= snapshot->min;
}

bool
xid_snapshot_parse(struct str text, struct arena *arena,
    struct xid_snapshot *out)
{
	uint64_t *running, id;
	size_t at = 0;

	*out = (struct xid_snapshot){ .count = 0 };
	if (!read_number(text, &at, &out->min) || !read_sign(text, &at, ':') ||
	    !read_number(text, &at, &out->limit) ||
	    !read_sign(text, &at, ':') || !is_range(out))
		return false;
	running =
	    arena_try_array(arena, (text.len - at) / 2 + 1, sizeof(*running));
	if (running == NULL)
		return no_memory(arena);
	out->running = running;
	while (at < text.len) {
		if (!read_number(text, &at, &id) ||
		    !add_running(out, running, id))
			return false;
		if (at < text.len && !read_sign(text, &at, ','))
			return false;
	}
	return true;
}

void
xid_snapshot_put(const struct xid_snapshot *snapshot, struct buf *out)
{
	buf_printf(out, "%" PRIu64 ":%" PRIu64 ":", snapshot->min,
	    snapshot->limit);
	for (uint32_t i = 0; i < snapshot->count; i++)
		buf_printf(out, "%s%" PRIu64, i > 0 ? "," : "",
		    snapshot->running[i]);
}

bool
xid_snapshot_sees(const struct xid_snapshot *snapshot, uint64_t id)
{
	if (id < snapshot->min)
		return true;
	if (id >= snapshot->limit)
		return false;
	for (uint32_t i = 0; i < snapshot->count; i++)
		if (snapshot->running[i] == id)
			return false;
	return true;
}

/* ---- its forms ---- */

static int
take(const struct type_input *in, const struct xid_snapshot *snapshot,
    struct datum *out)
{
	struct buf text;
	int rc = 0;

	buf_init_charged(&text, in->arena->budget);
	xid_snapshot_put(snapshot, &text);
	if (text.failed)
		rc = error_no_memory(in->err);
	else
		out->str = arena_str(in->arena, buf_str(&text));
	buf_release(&text);
	return rc;
}

static int
snapshot_in(const struct type_input *in, struct datum *out)
{
	struct xid_snapshot snapshot;

	if (xid_snapshot_parse(in->text, in->arena, &snapshot))
		return take(in, &snapshot, out);
	if (in->arena->failed)
		return error_no_memory(in->err);
	return error_set(in->err, STELE_E_INVALID_TEXT_REPRESENTATION,
	    "invalid input syntax for type pg_snapshot: \"%.*s\"",
	    STR_FMT(in->text));
}

/* The number of those that run, both ends, and they. */
static bool
receive(struct reader *r, struct arena *arena, struct xid_snapshot *out)
{
	int32_t count = reader_i32_be(r);
	uint64_t *running;

	*out = (struct xid_snapshot){ .min = reader_u64_be(r) };
	out->limit = reader_u64_be(r);
	if (r->failed || count < 0 ||
	    (size_t)count != reader_left(r) / sizeof(uint64_t) ||
	    !is_range(out) || out->limit > INT64_MAX)
		return false;
	running = arena_try_array(arena, (size_t)count + 1, sizeof(*running));
	if (running == NULL)
		return no_memory(arena);
	out->running = running;
	for (int32_t i = 0; i < count; i++)
		if (!add_running(out, running, reader_u64_be(r)))
			return false;
	return true;
}

static int
snapshot_receive(const struct type_input *in, struct datum *out)
{
	struct reader r = reader_over(in->text.data, in->text.len);
	struct xid_snapshot snapshot;
	int rc;

	if (!receive(&r, in->arena, &snapshot))
		return in->arena->failed
		    ? error_no_memory(in->err)
		    : error_set(in->err, STELE_E_INVALID_BINARY_REPRESENTATION,
			  "invalid external pg_snapshot data");
	rc = type_check_binary_length(in, &r);
	return rc != 0 ? rc : take(in, &snapshot, out);
}

static void
snapshot_out(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	buf_put_str(out, *(const struct str *)value);
}

/* A value is what snapshot_in() has made. */
static void
snapshot_send(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	struct xid_snapshot snapshot;
	struct arena arena;

	arena_init(&arena, NULL);
	if (!xid_snapshot_parse(*(const struct str *)value, &arena, &snapshot))
		out->failed = true;
	buf_put_u32_be(out, snapshot.count);
	buf_put_u64_be(out, snapshot.min);
	buf_put_u64_be(out, snapshot.limit);
	for (uint32_t i = 0; i < snapshot.count; i++)
		buf_put_u64_be(out, snapshot.running[i]);
	arena_release(&arena);
}

const struct type_ops type_ops_snapshot = { snapshot_in, snapshot_receive,
	snapshot_out, snapshot_send };
