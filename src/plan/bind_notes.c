/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/bind_notes.h"

#include "plan/bind.h"

enum note_kind { NOTE_NONE, NOTE_EXPR, NOTE_RANGE, NOTE_QUERY, NOTE_SELECT };

struct bind_note {
	enum note_kind kind; /* NOTE_NONE: the place is free */
	const void *key;
	const void *what;
};

/* The place of a key, or the free one where it belongs. */
static struct bind_note *
find(const struct bind_notes *notes, enum note_kind kind, const void *key)
{
	uint32_t mask = notes->capacity - 1;
	uint32_t at = (uint32_t)(((uintptr_t)key >> 3) * 2654435761u) & mask;

	while (notes->notes[at].kind != NOTE_NONE &&
	    (notes->notes[at].kind != kind || notes->notes[at].key != key))
		at = (at + 1) & mask;
	return &notes->notes[at];
}

static void
grow(struct bind_notes *notes)
{
	struct bind_notes old = *notes;

	notes->capacity = old.capacity == 0 ? 64 : old.capacity * 2;
	notes->notes =
	    arena_zalloc(notes->arena, notes->capacity * sizeof(*notes->notes));
	for (uint32_t i = 0; i < old.capacity; i++) {
		const struct bind_note *note = &old.notes[i];

		if (note->kind != NOTE_NONE)
			*find(notes, note->kind, note->key) = *note;
	}
}

static void
add(struct bind_notes *notes, enum note_kind kind, const void *key,
    const void *what)
{
	struct bind_note *note;

	if (notes == NULL)
		return;
	if (notes->count * 2 >= notes->capacity)
		grow(notes);
	note = find(notes, kind, key);
	notes->count += note->kind == NOTE_NONE;
	*note = (struct bind_note){ kind, key, what };
}

static const void *
get(const struct bind_notes *notes, enum note_kind kind, const void *key)
{
	return notes->capacity == 0 ? NULL : find(notes, kind, key)->what;
}

void
bind_note_expr(struct bind_notes *notes, const void *key,
    const struct expr *expr)
{
	add(notes, NOTE_EXPR, key, expr);
}

void
bind_note_range(struct bind_notes *notes, const void *key,
    const struct range *range)
{
	add(notes, NOTE_RANGE, key, range);
}

void
bind_note_query(struct bind_notes *notes, const void *key,
    const struct query *query)
{
	struct query *copy;

	if (notes == NULL)
		return;
	copy = arena_alloc(notes->arena, sizeof(*copy));
	*copy = *query;
	add(notes, NOTE_QUERY, key, copy);
}

void
bind_note_select(struct bind_notes *notes, const void *key,
    const struct ast_select *select)
{
	add(notes, NOTE_SELECT, key, select);
}

const struct expr *
bind_noted_expr(const struct bind_notes *notes, const void *key)
{
	return get(notes, NOTE_EXPR, key);
}

const struct range *
bind_noted_range(const struct bind_notes *notes, const void *key)
{
	return get(notes, NOTE_RANGE, key);
}

const struct query *
bind_noted_query(const struct bind_notes *notes, const void *key)
{
	return get(notes, NOTE_QUERY, key);
}

const struct ast_select *
bind_noted_select(const struct bind_notes *notes, const void *key)
{
	return get(notes, NOTE_SELECT, key);
}
