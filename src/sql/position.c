/* SPDX-License-Identifier: Apache-2.0 */
#include "sql/position.h"

#include <stdbool.h>

/* Bytes that begin a character: all but UTF-8's continuation bytes. */
static uint32_t
count_chars(const char *data, size_t len)
{
	uint32_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += ((unsigned char)data[i] & 0xc0) != 0x80;
	return count;
}

bool
position_map_build(struct position_map *map, struct str text,
    struct arena *arena)
{
	size_t block_count = text.len / POSITION_BLOCK + 1;
	uint32_t chars = 0;

	map->text = text;
	map->before = NULL;
	if (count_chars(text.data, text.len) == text.len)
		return true;
	map->before = arena_try_alloc(arena, block_count * sizeof(uint32_t));
	if (map->before == NULL)
		return false;
	for (size_t i = 0; i < block_count; i++) {
		size_t first = i * POSITION_BLOCK;
		size_t len = text.len - first;

		if (len > POSITION_BLOCK)
			len = POSITION_BLOCK;
		map->before[i] = chars;
		chars += count_chars(text.data + first, len);
	}
	return true;
}

int
position_of(const struct position_map *map, size_t off)
{
	size_t block = off / POSITION_BLOCK;
	size_t first = block * POSITION_BLOCK;

	if (off > map->text.len)
		off = map->text.len;
	if (map->before == NULL)
		return (int)off + 1;
	return (int)(map->before[block] +
		   count_chars(map->text.data + first, off - first)) +
	    1;
}
