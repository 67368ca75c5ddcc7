/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_tail.c -- a line is its head, then its text.  None is cut in two at the end of
 * the ring: what is left there is skipped, and a head of length SKIP says so.
 */
#include "common/log_tail.h"

#include <stdlib.h>
#include <string.h>

#include "common/error.h"

#define SKIP UINT32_MAX

struct head {
	uint64_t number;
	int64_t time_us;
	uint32_t len;
	uint8_t level;
	uint8_t category;
};

int
log_tail_resize(struct log_tail *tail, size_t size, struct error *err)
{
	uint8_t *bytes = NULL;

	if (size == tail->size)
		return 0;
	if (size > 0) {
		bytes = malloc(size);
		if (bytes == NULL)
			return error_no_memory(err);
	}
	free(tail->bytes);
	*tail = (struct log_tail){
		.bytes = bytes,
		.size = size,
		.last_number = tail->last_number,
	};
	return 0;
}

void
log_tail_release(struct log_tail *tail)
{
	free(tail->bytes);
	*tail = (struct log_tail){ .bytes = NULL };
}

/* How much of the ring is behind `at`, up to its end. */
static size_t
room_to_end(const struct log_tail *tail, size_t at)
{
	return tail->size - at;
}

static size_t
step(const struct log_tail *tail, size_t at, size_t size)
{
	at += size;
	return at >= tail->size ? at - tail->size : at;
}

/* The head at the front, or what stands for the rest of the ring. */
static void
front(const struct log_tail *tail, struct head *head)
{
	*head = (struct head){ .len = SKIP };
	if (room_to_end(tail, tail->first) >= sizeof(*head))
		memcpy(head, tail->bytes + tail->first, sizeof(*head));
}

/* What is at the front goes. */
static void
drop(struct log_tail *tail)
{
	struct head head;
	size_t size;

	front(tail, &head);
	size = head.len == SKIP ? room_to_end(tail, tail->first)
				: sizeof(head) + head.len;
	tail->first = step(tail, tail->first, size);
	tail->used -= size;
}

static void
make_room(struct log_tail *tail, size_t size)
{
	while (tail->size - tail->used < size)
		drop(tail);
}

/* So that `size` bytes lie in one piece behind the last line. */
static size_t
place(struct log_tail *tail, size_t size)
{
	const struct head skip = { .len = SKIP };
	size_t at = step(tail, tail->first, tail->used);
	size_t rest = room_to_end(tail, at);

	if (rest >= size) {
		make_room(tail, size);
		return at;
	}
	make_room(tail, rest);
	if (rest >= sizeof(skip))
		memcpy(tail->bytes + at, &skip, sizeof(skip));
	tail->used += rest;
	make_room(tail, size);
	return 0;
}

void
log_tail_add(struct log_tail *tail, const struct log_tail_line *line)
{
	const struct head head = {
		.number = ++tail->last_number,
		.time_us = line->time_us,
		.len = (uint32_t)line->text.len,
		.level = line->level,
		.category = line->category,
	};
	size_t size = sizeof(head) + line->text.len, at;

	/* Of a small ring a long line would be all that there is. */
	if (size > tail->size / 2)
		return;
	at = place(tail, size);
	memcpy(tail->bytes + at, &head, sizeof(head));
	if (line->text.len > 0)
		memcpy(tail->bytes + at + sizeof(head), line->text.data,
		    line->text.len);
	tail->used += size;
}

int
log_tail_copy(const struct log_tail *tail, struct log_tail *out,
    struct error *err)
{
	*out = *tail;
	out->bytes = NULL;
	if (tail->size == 0)
		return 0;
	out->bytes = malloc(tail->size);
	if (out->bytes == NULL)
		return error_no_memory(err);
	memcpy(out->bytes, tail->bytes, tail->size);
	return 0;
}

bool
log_tail_take(struct log_tail *tail, struct log_tail_line *out)
{
	struct head head = { .len = SKIP };

	while (tail->used > 0) {
		front(tail, &head);
		if (head.len != SKIP)
			break;
		drop(tail);
	}
	if (tail->used == 0)
		return false;
	*out = (struct log_tail_line){
		.number = head.number,
		.time_us = head.time_us,
		.level = head.level,
		.category = head.category,
		.text = str_of((const char *)tail->bytes + tail->first +
			sizeof(head),
		    head.len),
	};
	drop(tail);
	return true;
}
