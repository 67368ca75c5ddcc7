/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/segment/context_index.h"

#include <assert.h>
#include <string.h>

#include "common/buf.h"
#include "common/reader.h"
#include "engine/segment/bitpack.h"

/* The parameter for k of G granules; on disk: this formula does not change. */
static unsigned
rice_parameter(uint32_t k, uint32_t granule_count)
{
	uint64_t mean = ((uint64_t)granule_count - k) * 177 / 256 / k;

	return mean < 2 ? 0 : bits_of(mean) - 1;
}

/* ---- writing ---- */

/* Bits that are put one after the other. */
struct bit_writer {
	struct buf *out;
	uint64_t word; /* its low `fill` bits are not yet in `out` */
	unsigned fill;
	uint64_t count; /* of all bits */
};

/* The low `width` bits of a value that has no others; width is at most 64. */
static void
put_bits(struct bit_writer *w, uint64_t value, unsigned width)
{
	w->word |= value << w->fill;
	w->count += width;
	if (w->fill + width < 64) {
		w->fill += width;
		return;
	}
	buf_put_u64(w->out, w->word);
	w->word = w->fill == 0 ? 0 : value >> (64 - w->fill);
	w->fill = w->fill + width - 64;
}

static void
put_rice(struct bit_writer *w, uint32_t gap, unsigned r)
{
	uint32_t quotient = gap >> r;

	for (; quotient >= 32; quotient -= 32)
		put_bits(w, 0, 32);
	put_bits(w, UINT64_C(1) << quotient, quotient + 1);
	if (r > 0)
		put_bits(w, gap & bits_mask(r), r);
}

static void
put_list(struct bit_writer *w, const uint32_t *granules, uint32_t k,
    uint32_t granule_count)
{
	unsigned r = rice_parameter(k, granule_count);
	uint32_t next = 0;

	for (uint32_t i = 0; i < k; i++) {
		assert(granules[i] >= next && granules[i] < granule_count);
		put_rice(w, granules[i] - next, r);
		next = granules[i] + 1;
	}
}

void
index_put_page(struct buf *out, const uint32_t *starts,
    const uint32_t *granules, uint32_t count, uint32_t granule_count)
{
	int64_t counts[INDEX_PAGE_CONTEXTS], ends[INDEX_PAGE_CONTEXTS];
	struct buf bits;
	struct bit_writer w = { .out = &bits };

	assert(count > 0 && count <= INDEX_PAGE_CONTEXTS);
	buf_init(&bits);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t k = starts[i + 1] - starts[i];

		put_list(&w, granules + starts[i], k, granule_count);
		counts[i] = k;
		ends[i] = (int64_t)w.count;
	}
	if (w.fill > 0)
		buf_put_u64(&bits, w.word);
	buf_put_u32(out, count);
	buf_put_u32(out, (uint32_t)(bits.len / 8));
	int_encode(counts, count, out);
	int_encode(ends, count, out);
	buf_put(out, bits.data, bits.len);
	out->failed |= bits.failed;
	buf_release(&bits);
}

/* ---- reading ---- */

bool
index_page_open(const void *data, size_t len, uint32_t count,
    struct index_page *page)
{
	struct reader r = reader_over(data, len);
	uint32_t word_count;
	const void *words;

	page->count = reader_u32(&r);
	word_count = reader_u32(&r);
	if (r.failed || page->count != count ||
	    !int_open(&r, count, &page->counts) ||
	    !int_open(&r, count, &page->ends))
		return false;
	words = reader_take(&r, (size_t)word_count * 8);
	page->words = words;
	page->bit_count = (uint64_t)word_count * 64;
	return !r.failed && reader_left(&r) == 0;
}

uint32_t
index_list_count(const struct index_page *page, uint32_t i)
{
	int64_t count = int_at(&page->counts, i);

	return count < 0 || count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
}

/* Bits that are taken one after the other; zeros past the end. */
struct bit_reader {
	const uint64_t *words;
	uint64_t at;
	uint64_t end;
};

static uint64_t
peek_bits(const struct bit_reader *b)
{
	uint64_t word = b->at / 64;
	unsigned shift = b->at % 64;
	uint64_t bits;

	if (b->at >= b->end)
		return 0;
	bits = b->words[word] >> shift;
	if (shift > 0 && (word + 1) * 64 < b->end)
		bits |= b->words[word + 1] << (64 - shift);
	return bits;
}

/* UINT64_MAX when the bits end before it does. */
static uint64_t
take_rice(struct bit_reader *b, unsigned r)
{
	uint64_t quotient = 0, bits, zeros, value;

	while ((bits = peek_bits(b)) == 0) {
		if (b->at >= b->end)
			return UINT64_MAX;
		b->at += 64;
		quotient += 64;
	}
	zeros = (uint64_t)__builtin_ctzll(bits);
	b->at += zeros + 1;
	value = (quotient + zeros) << r;
	if (r > 0)
		value |= peek_bits(b) & bits_mask(r);
	b->at += r;
	return b->at <= b->end ? value : UINT64_MAX;
}

bool
index_list_get(const struct index_page *page, uint32_t i,
    uint32_t granule_count, uint32_t *out)
{
	int64_t start = i == 0 ? 0 : int_at(&page->ends, i - 1);
	int64_t end = int_at(&page->ends, i);
	uint32_t k = index_list_count(page, i);
	struct bit_reader b = { page->words, (uint64_t)start, (uint64_t)end };
	uint64_t next = 0;
	unsigned r;

	if (k == 0 || k > granule_count || start < 0 || end < start ||
	    (uint64_t)end > page->bit_count)
		return false;
	r = rice_parameter(k, granule_count);
	for (uint32_t n = 0; n < k; n++) {
		uint64_t gap = take_rice(&b, r);

		if (gap >= granule_count - next)
			return false;
		out[n] = (uint32_t)(next + gap);
		next += gap + 1;
	}
	return b.at == b.end;
}
