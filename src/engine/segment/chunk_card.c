/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/segment/chunk_card.h"

#include <string.h>

#include "engine/segment/bitpack.h"

#define LINE_BYTES 64 /* of the processor's cache */

/* ---- making one ---- */

static uint32_t
place_of(const void *data, const void *at)
{
	return at == NULL ? 0
			  : (uint32_t)((const char *)at - (const char *)data);
}

static void
packed_make(const struct int_packed *view, const void *data,
    struct packed_card *out)
{
	*out = (struct packed_card){
		.base = view->base,
		.slope = view->slope,
		.excess_base = view->excess_base,
		.words = place_of(data, view->words),
		.block_bases = place_of(data, view->block_bases),
		.excesses = place_of(data, view->excesses),
		.positions = place_of(data, view->positions),
		.row_count = view->row_count,
		.exception_count = view->exception_count,
		.width = (uint8_t)view->width,
		.base_width = (uint8_t)view->base_width,
		.excess_width = (uint8_t)view->excess_width,
	};
}

static void
ints_make(const struct int_view *ints, const void *data, struct chunk_card *out)
{
	out->is_whole = true;
	out->form = (uint8_t)ints->form;
	packed_make(&ints->values, data, &out->values);
	if (ints->form != INT_PACKED)
		packed_make(&ints->starts, data, &out->starts);
}

static void
f64_make(const struct f64_view *f64s, const void *data, struct chunk_card *out)
{
	ints_make(&f64s->ints, data, out);
	out->f64_e = (uint8_t)f64s->e;
	out->f64_f = (uint8_t)f64s->f;
	out->f64_exception_count = f64s->exception_count;
	out->f64_lists[0] = place_of(data, f64s->exceptions);
	out->f64_lists[1] = place_of(data, f64s->positions);
}

void
chunk_card_make(const struct chunk_view *view, const void *data,
    struct chunk_card *out)
{
	*out = (struct chunk_card){
		.encoding = view->info.encoding,
		.flags = view->info.flags,
		.scale = view->info.scale,
		.row_count = view->info.row_count,
		.value_count = view->value_count,
		.null_count = view->info.null_count,
	};
	switch ((enum encoding)view->info.encoding) {
	case ENC_NULL:
		out->is_whole = true;
		break;
	case ENC_CONSTANT:
		out->is_whole = true;
		memcpy(out->low, view->info.low, sizeof(out->low));
		break;
	case ENC_INT:
		ints_make(&view->parts[0], data, out);
		break;
	case ENC_INT_BY_ID:
		ints_make(&view->parts[0], data, out);
		out->id_slope = view->id_slope;
		break;
	case ENC_NUMERIC_INT:
		ints_make(&view->parts[0], data, out);
		memcpy(out->low, view->info.low, sizeof(out->low));
		break;
	case ENC_F64_DECIMAL:
		f64_make(&view->f64s, data, out);
		break;
	case ENC_PARTS:
	case ENC_STR:
	case ENC_STR_CONSTANT:
		break;
	}
}

/* ---- opening by it ---- */

static const void *
at_place(const void *data, uint32_t place)
{
	return (const char *)data + place;
}

static void
packed_open(const struct packed_card *card, const void *data,
    struct int_packed *out)
{
	*out = (struct int_packed){
		.words = at_place(data, card->words),
		.block_bases = at_place(data, card->block_bases),
		.excesses = at_place(data, card->excesses),
		.positions = at_place(data, card->positions),
		.base = card->base,
		.slope = card->slope,
		.excess_base = card->excess_base,
		.row_count = card->row_count,
		.exception_count = card->exception_count,
		.width = card->width,
		.base_width = card->base_width,
		.excess_width = card->excess_width,
	};
}

static void
ints_open(const struct chunk_card *card, const void *data, struct int_view *out)
{
	out->form = (enum int_form)card->form;
	out->row_count = card->value_count;
	packed_open(&card->values, data, &out->values);
	if (out->form != INT_PACKED)
		packed_open(&card->starts, data, &out->starts);
}

static void
nulls_open(const struct chunk_card *card, const void *data,
    struct null_map *out)
{
	bool is_dense = (card->flags & CHUNK_DENSE) != 0;

	*out = (struct null_map){ .row_count = card->row_count };
	if (card->null_count == 0 || card->null_count == card->row_count)
		return;
	out->words = data;
	if (is_dense)
		out->ranks = at_place(data, (card->row_count + 63) / 64 * 8);
}

void
chunk_card_open(const struct chunk_card *card, enum phys phys, const void *data,
    struct chunk_view *view)
{
	view->info.encoding = card->encoding;
	view->info.flags = card->flags;
	view->info.scale = card->scale;
	view->info.null_count = card->null_count;
	view->info.row_count = card->row_count;
	view->phys = phys;
	view->value_count = card->value_count;
	view->pages = NULL;
	view->ids = NULL;
	view->base = 0;
	view->text.page_count = 0;
	nulls_open(card, data, &view->nulls);
	switch ((enum encoding)card->encoding) {
	case ENC_NUMERIC_INT:
		ints_open(card, data, &view->parts[0]);
		memcpy(view->info.low, card->low, sizeof(card->low));
		break;
	case ENC_CONSTANT:
		memcpy(view->info.low, card->low, sizeof(card->low));
		break;
	case ENC_INT_BY_ID:
		view->id_slope = card->id_slope;
		ints_open(card, data, &view->parts[0]);
		break;
	case ENC_INT:
		ints_open(card, data, &view->parts[0]);
		break;
	case ENC_F64_DECIMAL:
		ints_open(card, data, &view->f64s.ints);
		view->f64s.e = card->f64_e;
		view->f64s.f = card->f64_f;
		view->f64s.exception_count = card->f64_exception_count;
		view->f64s.exceptions = at_place(data, card->f64_lists[0]);
		view->f64s.positions = at_place(data, card->f64_lists[1]);
		break;
	case ENC_NULL:
	case ENC_PARTS:
	case ENC_STR:
	case ENC_STR_CONSTANT:
		break;
	}
}

/* ---- hints ---- */

static void
packed_hint(const struct packed_card *card, const void *data, uint32_t row)
{
	bitpack_hint(at_place(data, card->words), card->width, row);
	if (card->base_width > 0)
		__builtin_prefetch(
		    (const char *)at_place(data, card->block_bases) +
		    (size_t)(row / INT_BLOCK_ROWS) * card->base_width / 8);
	if (card->exception_count > 0) /* where the search for it begins */
		__builtin_prefetch(
		    (const char *)at_place(data, card->positions) +
		    (uint64_t)row * card->exception_count / card->row_count *
			sizeof(uint16_t));
}

/* The differences from the beginning of the row's block on. */
static void
differences_hint(const struct chunk_card *card, const void *data, uint32_t row)
{
	const struct packed_card *values = &card->values;
	uint32_t first = row - row % INT_BLOCK_ROWS;
	size_t line_rows = LINE_BYTES * 8 / (values->width + (size_t)1);

	for (; first <= row; first += (uint32_t)line_rows)
		bitpack_hint(at_place(data, values->words), values->width,
		    first);
	bitpack_hint(at_place(data, values->words), values->width, row);
	packed_hint(&card->starts, data, row / INT_BLOCK_ROWS);
}

void
chunk_card_hint(const struct chunk_card *card, const void *data, uint32_t row)
{
	if (card->null_count > 0 && card->null_count < card->row_count)
		__builtin_prefetch((const uint64_t *)data + row / 64);
	if ((card->flags & CHUNK_DENSE) != 0) {
		/* Where the value is would have to be read. */
		__builtin_prefetch((const char *)at_place(data,
				       (card->row_count + 63) / 64 * 8) +
		    row / NULL_MAP_RANK_ROWS * sizeof(uint16_t));
		return;
	}
	if (!card->is_whole || card->values.row_count == 0)
		return;
	if (card->form == INT_DIFFERENCES)
		differences_hint(card, data, row);
	else if (card->form == INT_PACKED)
		packed_hint(&card->values, data, row);
}
