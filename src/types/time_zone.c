/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A zone is a list of transitions, each with the local time type that starts
 * there, and a rule for what comes after the last.  TZif files are read as RFC
 * 8536 lays them out, rules as POSIX.1 writes TZ.
 */
#include "types/time_zone.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/reader.h"
#include "types/datetime.h"
#include "types/posix_rule.h"

#define NAME_SIZE_MAX   64
#define TYPE_COUNT_MAX  256
#define TRANSITIONS_MAX 10000
#define ABBREVS_MAX     512

struct local_type {
	int32_t offset;
	bool is_dst;
	uint8_t abbrev; /* where in abbrevs it starts */
};

struct time_zone {
	struct time_zone *next; /* in its set; immutable once published */
	char name[NAME_SIZE_MAX];
	bool is_known; /* false: the name is no zone */
	bool has_rule;
	uint32_t transition_count;
	uint32_t type_count; /* 0: only the rule */
	int64_t *times;      /* seconds since 1970, ascending; owned */
	uint8_t *types;      /* index of the type from there on; owned */
	struct local_type *local_types; /* owned */
	char abbrevs[ABBREVS_MAX + 1];
	struct posix_rule rule;
};

struct time_zone_set {
	time_zone_load_fn load;
	void *arg;
	_Atomic(struct time_zone *) first; /* pushed with release */
};

static const struct time_zone utc = {
	.name = "UTC",
	.is_known = true,
	.has_rule = true,
	.rule = { .standard = { .abbrev = "UTC" } },
};

void
time_zone_free(struct time_zone *zone)
{
	if (zone == NULL)
		return;
	free(zone->times);
	free(zone->types);
	free(zone->local_types);
	free(zone);
}

static struct time_zone *
zone_new(struct str name)
{
	struct time_zone *zone;

	if (name.len >= NAME_SIZE_MAX)
		return NULL;
	zone = calloc(1, sizeof(*zone));
	if (zone != NULL && name.len > 0)
		memcpy(zone->name, name.data, name.len);
	return zone;
}

/* The six counts in a TZif header. */
struct tzif_counts {
	uint32_t utc_flags;
	uint32_t standard_flags;
	uint32_t leaps;
	uint32_t transitions;
	uint32_t types;
	uint32_t abbrev_bytes;
};

static bool
read_header(struct reader *r, uint8_t *version, struct tzif_counts *counts)
{
	struct str magic = reader_str(r, 4);

	*version = reader_u8(r);
	(void)reader_take(r, 15);
	counts->utc_flags = reader_u32_be(r);
	counts->standard_flags = reader_u32_be(r);
	counts->leaps = reader_u32_be(r);
	counts->transitions = reader_u32_be(r);
	counts->types = reader_u32_be(r);
	counts->abbrev_bytes = reader_u32_be(r);
	return !r->failed && str_equal(magic, STR("TZif")) &&
	    counts->transitions <= TRANSITIONS_MAX &&
	    counts->types <= TYPE_COUNT_MAX && counts->types > 0 &&
	    counts->abbrev_bytes <= ABBREVS_MAX &&
	    counts->leaps <= TRANSITIONS_MAX &&
	    counts->utc_flags <= TYPE_COUNT_MAX &&
	    counts->standard_flags <= TYPE_COUNT_MAX;
}

/* Bytes of a data block whose times take `width`. */
static size_t
block_size(const struct tzif_counts *counts, size_t width)
{
	return counts->transitions * (width + 1) + counts->types * 6 +
	    counts->abbrev_bytes + counts->leaps * (width + 4) +
	    counts->standard_flags + counts->utc_flags;
}

/* The block with 64-bit times. */
static bool
read_block(struct reader *r, const struct tzif_counts *counts,
    struct time_zone *zone)
{
	struct str abbrevs;

	zone->transition_count = counts->transitions;
	zone->type_count = counts->types;
	zone->times = calloc(counts->transitions + 1, sizeof(*zone->times));
	zone->types = calloc(counts->transitions + 1, 1);
	zone->local_types = calloc(counts->types, sizeof(*zone->local_types));
	if (zone->times == NULL || zone->types == NULL ||
	    zone->local_types == NULL)
		return false;
	for (uint32_t i = 0; i < counts->transitions; i++) {
		zone->times[i] = (int64_t)reader_u64_be(r);
		if (i > 0 && zone->times[i] <= zone->times[i - 1])
			return false;
	}
	for (uint32_t i = 0; i < counts->transitions; i++) {
		zone->types[i] = reader_u8(r);
		if (zone->types[i] >= counts->types)
			return false;
	}
	for (uint32_t i = 0; i < counts->types; i++) {
		zone->local_types[i].offset = reader_i32_be(r);
		zone->local_types[i].is_dst = reader_u8(r) != 0;
		zone->local_types[i].abbrev = reader_u8(r);
		if (zone->local_types[i].abbrev >= counts->abbrev_bytes)
			return false;
	}
	abbrevs = reader_str(r, counts->abbrev_bytes);
	if (abbrevs.len > 0)
		memcpy(zone->abbrevs, abbrevs.data, abbrevs.len);
	(void)reader_take(r,
	    counts->leaps * 12 + counts->standard_flags + counts->utc_flags);
	return !r->failed;
}

/* Between two newlines; may be empty. */
static bool
read_footer(struct reader *r, struct time_zone *zone)
{
	struct str text;
	const char *end;

	if (reader_u8(r) != '\n')
		return false;
	text = reader_str(r, reader_left(r));
	end = text.len == 0 ? NULL : memchr(text.data, '\n', text.len);
	if (end == NULL)
		return false;
	text.len = (size_t)(end - text.data);
	if (text.len == 0)
		return true;
	zone->has_rule = posix_rule_parse(text, &zone->rule);
	return zone->has_rule;
}

struct time_zone *
time_zone_decode(struct str name, struct str file)
{
	struct reader r = reader_over(file.data, file.len);
	struct time_zone *zone = zone_new(name);
	struct tzif_counts counts;
	uint8_t version;

	if (zone == NULL)
		return NULL;
	/* A version 1 block comes first, then the same with 64-bit times. */
	if (!read_header(&r, &version, &counts) || version < '2')
		goto fail;
	(void)reader_take(&r, block_size(&counts, 4));
	if (!read_header(&r, &version, &counts) ||
	    !read_block(&r, &counts, zone) || !read_footer(&r, zone))
		goto fail;
	zone->is_known = true;
	return zone;
fail:
	time_zone_free(zone);
	return NULL;
}

struct time_zone_set *
time_zone_set_new(time_zone_load_fn load, void *arg)
{
	struct time_zone_set *set = calloc(1, sizeof(*set));

	if (set == NULL)
		return NULL;
	set->load = load;
	set->arg = arg;
	atomic_init(&set->first, NULL);
	return set;
}

void
time_zone_set_free(struct time_zone_set *set)
{
	struct time_zone *zone, *next;

	if (set == NULL)
		return;
	zone = atomic_load_explicit(&set->first, memory_order_acquire);
	for (; zone != NULL; zone = next) {
		next = zone->next;
		time_zone_free(zone);
	}
	free(set);
}

/* Whether a loader may see the name. */
static bool
is_file_name(struct str name)
{
	if (name.len == 0 || name.len >= NAME_SIZE_MAX || name.data[0] == '/')
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && strchr("/_+-", c) == NULL)
			return false;
	}
	return true;
}

/* "europe/new_york" as the database spells it: Europe/New_York. */
static void
capitalize(char *name)
{
	bool starts = true;

	for (; *name != '\0'; name++) {
		if (*name >= 'A' && *name <= 'Z' && !starts)
			*name = (char)(*name + 32);
		else if (*name >= 'a' && *name <= 'z' && starts)
			*name = (char)(*name - 32);
		starts = *name == '/' || *name == '_' || *name == '-';
	}
}

/* Try the name as it is, capitalised, and in capitals ("utc", "est"). */
static struct time_zone *
load_file(struct time_zone_set *set, struct str name)
{
	struct time_zone *zone = NULL;
	struct buf file;

	buf_init(&file);
	for (int spelling = 0; spelling < 3 && zone == NULL; spelling++) {
		char text[NAME_SIZE_MAX] = "";

		memcpy(text, name.data, name.len);
		if (spelling == 1)
			capitalize(text);
		for (char *c = text; spelling == 2 && *c != '\0'; c++)
			if (*c >= 'a' && *c <= 'z')
				*c = (char)(*c - 32);
		buf_reset(&file);
		if (set->load(set->arg, text, &file) == 0 && !file.failed)
			zone =
			    time_zone_decode(str_of_cstr(text), buf_str(&file));
	}
	buf_release(&file);
	return zone;
}

/* One digit, or two. */
static bool
read_two_digits(const char **at, int *out)
{
	int count = 0;

	*out = 0;
	for (; count < 2 && **at >= '0' && **at <= '9'; count++, ++*at)
		*out = 10 * *out + (**at - '0');
	return count > 0;
}

/* "+02", "-05:30": a POSIX name without letters, so that west is positive. */
static bool
parse_bare_offset(struct str name, int32_t *offset)
{
	int sign, hours, minutes = 0;
	bool is_number;
	const char *at;
	char text[8] = "";

	if (name.len < 2 || name.len >= sizeof(text) ||
	    (name.data[0] != '+' && name.data[0] != '-'))
		return false;
	memcpy(text, name.data, name.len);
	sign = text[0] == '-' ? -1 : 1;
	at = text + 1;
	is_number = read_two_digits(&at, &hours);
	if (is_number && *at == ':') {
		at++;
		is_number = read_two_digits(&at, &minutes);
	}
	if (!is_number || *at != '\0' || hours > 15 || minutes > 59)
		return false;
	*offset = -sign * (hours * 3600 + minutes * 60);
	return true;
}

/* Make the zone of a name that the set does not have yet. */
static struct time_zone *
zone_make(struct time_zone_set *set, struct str name)
{
	struct time_zone *zone = NULL;
	int32_t offset;

	if (set->load != NULL && is_file_name(name))
		zone = load_file(set, name);
	if (zone != NULL)
		return zone;
	zone = zone_new(name);
	if (zone == NULL)
		return NULL;
	if (parse_bare_offset(name, &offset)) {
		posix_rule_fixed(&zone->rule, offset);
		zone->is_known = true;
	} else {
		zone->is_known = posix_rule_parse(name, &zone->rule);
	}
	zone->has_rule = zone->is_known;
	return zone;
}

static const struct time_zone *
publish(struct time_zone_set *set, struct time_zone *zone)
{
	zone->next = atomic_load_explicit(&set->first, memory_order_relaxed);
	/* Pairs with the acquire loads of readers. */
	while (!atomic_compare_exchange_weak_explicit(&set->first, &zone->next,
	    zone, memory_order_release, memory_order_relaxed))
		continue;
	return zone;
}

/* Names that are no zone, and zones that are only a rule: peers send many. */
#define NAMES_MAX 256
/* .. of which values, which can do without, take no more than these. */
#define VALUES_MAX 64

/* Whether a set that walks past so many others keeps this one, too. */
static bool
is_worth_keeping(const struct time_zone *zone, uint32_t unknown_count,
    uint32_t rule_count, uint32_t rules_max)
{
	if (!zone->is_known)
		return unknown_count < NAMES_MAX;
	return zone->type_count > 0 || rule_count < rules_max;
}

/* What is not kept goes to *made; with NULL there is none. */
static const struct time_zone *
find(struct time_zone_set *set, struct str name, uint32_t rules_max,
    struct time_zone **made)
{
	uint32_t unknown_count = 0, rule_count = 0;
	const struct time_zone *zone;
	struct time_zone *fresh;

	if (str_equal_nocase(name, STR("UTC")) ||
	    str_equal_nocase(name, STR("GMT")))
		return &utc;
	if (set == NULL || name.len == 0 || name.len >= NAME_SIZE_MAX)
		return NULL;
	zone = atomic_load_explicit(&set->first, memory_order_acquire);
	for (; zone != NULL; zone = zone->next) {
		if (str_equal_nocase(name, str_of_cstr(zone->name)))
			return zone->is_known ? zone : NULL;
		unknown_count += !zone->is_known;
		rule_count += zone->is_known && zone->type_count == 0;
	}
	fresh = zone_make(set, name);
	if (fresh == NULL)
		return NULL;
	if (is_worth_keeping(fresh, unknown_count, rule_count, rules_max)) {
		zone = publish(set, fresh);
		return zone->is_known ? zone : NULL;
	}
	if (fresh->is_known && made != NULL) {
		*made = fresh;
		return fresh;
	}
	time_zone_free(fresh);
	return NULL;
}

const struct time_zone *
time_zone_find(struct time_zone_set *set, struct str name)
{
	return find(set, name, NAMES_MAX, NULL);
}

const struct time_zone *
time_zone_find_stored(struct time_zone_set *set, struct str name)
{
	return find(set, name, UINT32_MAX, NULL);
}

const struct time_zone *
time_zone_find_once(struct time_zone_set *set, struct str name,
    struct time_zone **made)
{
	*made = NULL;
	return find(set, name, VALUES_MAX, made);
}

const struct time_zone *
time_zone_fixed(struct time_zone_set *set, int32_t offset)
{
	char name[NAME_SIZE_MAX];
	int32_t magnitude = abs(offset);
	int len;

	/* As PostgreSQL shows it: a POSIX name, whose sign is the other way. */
	len = snprintf(name, sizeof(name), "<%c%02d", offset < 0 ? '-' : '+',
	    magnitude / 3600);
	if (magnitude % 3600 != 0)
		len += snprintf(name + len, sizeof(name) - (size_t)len, ":%02d",
		    magnitude / 60 % 60);
	len += snprintf(name + len, sizeof(name) - (size_t)len, ">%c%02d",
	    offset < 0 ? '+' : '-', magnitude / 3600);
	if (magnitude % 3600 != 0)
		len += snprintf(name + len, sizeof(name) - (size_t)len, ":%02d",
		    magnitude / 60 % 60);
	return find(set, str_of(name, (size_t)len), UINT32_MAX, NULL);
}

const char *
time_zone_name(const struct time_zone *zone)
{
	return zone == NULL ? utc.name : zone->name;
}

static int64_t
unix_seconds(int64_t time)
{
	return floor_div(time, USECS_PER_SEC) - UNIX_EPOCH / USECS_PER_SEC;
}

/* Index of the first transition after a second. */
static uint32_t
transition_after(const struct time_zone *zone, int64_t seconds)
{
	uint32_t low = 0, high = zone->transition_count;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (zone->times[middle] <= seconds)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct local_type *
first_local_type(const struct time_zone *zone)
{
	/* Standard time, if there is any, holds before the first transition. */
	for (uint32_t i = 0; i < zone->type_count; i++)
		if (!zone->local_types[i].is_dst)
			return &zone->local_types[i];
	return &zone->local_types[0];
}

static struct time_zone_moment
moment_of_type(const struct time_zone *zone, const struct local_type *type)
{
	struct time_zone_moment moment = {
		.offset = type->offset,
		.is_dst = type->is_dst,
	};

	memccpy(moment.abbrev, zone->abbrevs + type->abbrev, '\0',
	    sizeof(moment.abbrev) - 1);
	return moment;
}

static struct time_zone_moment
moment_at_second(const struct time_zone *zone, int64_t seconds)
{
	uint32_t after = transition_after(zone, seconds);

	if (zone->has_rule && after == zone->transition_count)
		return posix_rule_at(&zone->rule, seconds);
	if (after == 0)
		return moment_of_type(zone, first_local_type(zone));
	return moment_of_type(zone, &zone->local_types[zone->types[after - 1]]);
}

struct time_zone_moment
time_zone_at(const struct time_zone *zone, int64_t time)
{
	return moment_at_second(zone == NULL ? &utc : zone, unix_seconds(time));
}

int32_t
time_zone_offset(const struct time_zone *zone, int64_t time)
{
	if (zone == NULL || zone == &utc)
		return 0;
	return moment_at_second(zone, unix_seconds(time)).offset;
}

int32_t
time_zone_offset_local(const struct time_zone *zone, int64_t local)
{
	int64_t seconds = unix_seconds(local);
	int32_t before, after;

	if (zone == NULL || zone == &utc)
		return 0;
	/* Offsets a day earlier and later: no two changes are that close. */
	before = moment_at_second(zone, seconds - 86400).offset;
	after = moment_at_second(zone, seconds + 86400).offset;
	if (before == after)
		return moment_at_second(zone, seconds - before).offset;
	/* What each reading gives where it lands; a match is an answer. */
	if (before > after) { /* an overlap prefers the later */
		if (moment_at_second(zone, seconds - after).offset == after)
			return after;
		return before;
	}
	if (moment_at_second(zone, seconds - after).offset == after)
		return after;
	return before;
}

#define ABBREV_LETTERS 6

/*
 * PostgreSQL 15's default set (its timezonesets/Default), in order; those whose
 * meaning has changed have the present one.
 */
static const struct abbrev {
	char name[ABBREV_LETTERS]; /* without a NUL if it has so many */
	int16_t minutes;
	bool is_dst;
} abbrevs[] = {
	{ "acdt", 630, true },
	{ "acsst", 630, true },
	{ "acst", 570, false },
	{ "act", -300, false },
	{ "acwst", 525, false },
	{ "adt", -180, true },
	{ "aedt", 660, true },
	{ "aesst", 660, true },
	{ "aest", 600, false },
	{ "aft", 270, false },
	{ "akdt", -480, true },
	{ "akst", -540, false },
	{ "almst", 420, true },
	{ "almt", 360, false },
	{ "amst", 240, false },
	{ "amt", -240, false },
	{ "anast", 720, false },
	{ "anat", 720, false },
	{ "arst", -180, false },
	{ "art", -180, false },
	{ "ast", -240, false },
	{ "awsst", 540, true },
	{ "awst", 480, false },
	{ "azost", 0, true },
	{ "azot", -60, false },
	{ "azst", 240, false },
	{ "azt", 240, false },
	{ "bdst", 120, true },
	{ "bdt", 360, false },
	{ "bnt", 480, false },
	{ "bort", 480, false },
	{ "bot", -240, false },
	{ "bra", -180, false },
	{ "brst", -120, true },
	{ "brt", -180, false },
	{ "bst", 60, true },
	{ "btt", 360, false },
	{ "cadt", 630, true },
	{ "cast", 570, false },
	{ "cct", 480, false },
	{ "cdt", -300, true },
	{ "cest", 120, true },
	{ "cet", 60, false },
	{ "cetdst", 120, true },
	{ "chadt", 825, true },
	{ "chast", 765, false },
	{ "chut", 600, false },
	{ "ckt", -600, false },
	{ "clst", -180, true },
	{ "clt", -180, true },
	{ "cot", -300, false },
	{ "cst", -360, false },
	{ "cxt", 420, false },
	{ "davt", 420, false },
	{ "ddut", 600, false },
	{ "easst", -300, true },
	{ "east", -300, true },
	{ "eat", 180, false },
	{ "edt", -240, true },
	{ "eest", 180, true },
	{ "eet", 120, false },
	{ "eetdst", 180, true },
	{ "egst", 0, true },
	{ "egt", -60, false },
	{ "est", -300, false },
	{ "fet", 180, false },
	{ "fjst", 780, true },
	{ "fjt", 720, false },
	{ "fkst", -180, false },
	{ "fkt", -180, false },
	{ "fnst", -60, true },
	{ "fnt", -120, false },
	{ "galt", -360, false },
	{ "gamt", -540, false },
	{ "gest", 240, false },
	{ "get", 240, false },
	{ "gft", -180, false },
	{ "gilt", 720, false },
	{ "gmt", 0, false },
	{ "gyt", -240, false },
	{ "hkt", 480, false },
	{ "hst", -600, false },
	{ "ict", 420, false },
	{ "idt", 180, true },
	{ "iot", 360, false },
	{ "irkst", 480, false },
	{ "irkt", 480, false },
	{ "irt", 210, false },
	{ "ist", 120, false },
	{ "jayt", 540, false },
	{ "jst", 540, false },
	{ "kdt", 600, true },
	{ "kgst", 360, true },
	{ "kgt", 360, false },
	{ "kost", 660, false },
	{ "krast", 420, false },
	{ "krat", 420, false },
	{ "kst", 540, false },
	{ "lhdt", 660, true },
	{ "lhst", 630, false },
	{ "ligt", 600, false },
	{ "lint", 840, false },
	{ "lkt", 330, false },
	{ "magst", 660, false },
	{ "magt", 660, false },
	{ "mart", -570, false },
	{ "mawt", 300, false },
	{ "mdt", -360, true },
	{ "mest", 120, true },
	{ "mesz", 120, true },
	{ "met", 60, false },
	{ "metdst", 120, true },
	{ "mez", 60, false },
	{ "mht", 720, false },
	{ "mmt", 390, false },
	{ "mpt", 600, false },
	{ "msd", 240, true },
	{ "msk", 180, false },
	{ "mst", -420, false },
	{ "must", 300, true },
	{ "mut", 240, false },
	{ "mvt", 300, false },
	{ "myt", 480, false },
	{ "ndt", -150, true },
	{ "nft", -210, false },
	{ "novst", 420, false },
	{ "novt", 420, false },
	{ "npt", 345, false },
	{ "nst", -210, false },
	{ "nut", -660, false },
	{ "nzdt", 780, true },
	{ "nzst", 720, false },
	{ "nzt", 720, false },
	{ "omsst", 360, false },
	{ "omst", 360, false },
	{ "pdt", -420, true },
	{ "pet", -300, false },
	{ "petst", 720, false },
	{ "pett", 720, false },
	{ "pgt", 600, false },
	{ "pht", 480, false },
	{ "pkst", 360, true },
	{ "pkt", 300, false },
	{ "pmdt", -120, true },
	{ "pmst", -180, false },
	{ "pont", 660, false },
	{ "pst", -480, false },
	{ "pwt", 540, false },
	{ "pyst", -180, true },
	{ "pyt", -180, false },
	{ "ret", 240, false },
	{ "sadt", 630, true },
	{ "sast", 120, false },
	{ "sct", 240, false },
	{ "sgt", 480, false },
	{ "taht", -600, false },
	{ "tft", 300, false },
	{ "tjt", 300, false },
	{ "tkt", 780, false },
	{ "tmt", 300, false },
	{ "tot", 780, false },
	{ "trut", 600, false },
	{ "tvt", 720, false },
	{ "uct", 0, false },
	{ "ulast", 540, true },
	{ "ulat", 480, false },
	{ "ut", 0, false },
	{ "utc", 0, false },
	{ "uyst", -120, true },
	{ "uyt", -180, false },
	{ "uzst", 360, true },
	{ "uzt", 300, false },
	{ "vet", -240, false },
	{ "vlast", 600, false },
	{ "vlat", 600, false },
	{ "volt", 180, false },
	{ "vut", 660, false },
	{ "wadt", 480, true },
	{ "wakt", 720, false },
	{ "wast", 420, false },
	{ "wat", 60, false },
	{ "wdt", 540, true },
	{ "wet", 0, false },
	{ "wetdst", 60, true },
	{ "wft", 720, false },
	{ "wgst", -120, true },
	{ "wgt", -180, false },
	{ "xjt", 360, false },
	{ "yakst", 540, false },
	{ "yakt", 540, false },
	{ "yapt", 600, false },
	{ "yekst", 360, true },
	{ "yekt", 300, false },
	{ "z", 0, false },
	{ "zulu", 0, false },
};

static int
compare_abbrevs(const void *name, const void *abbrev)
{
	return memcmp(name, ((const struct abbrev *)abbrev)->name,
	    ABBREV_LETTERS);
}

bool
time_zone_abbrev(struct str abbrev, int32_t *offset)
{
	char name[ABBREV_LETTERS] = { 0 };
	const struct abbrev *found;

	if (abbrev.len == 0 || abbrev.len > sizeof(name))
		return false;
	for (size_t i = 0; i < abbrev.len; i++) {
		char c = abbrev.data[i];

		name[i] = c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
	}
	found = bsearch(name, abbrevs, ARRAY_LEN(abbrevs), sizeof(abbrevs[0]),
	    compare_abbrevs);
	if (found == NULL)
		return false;
	*offset = found->minutes * 60;
	return true;
}

bool
time_zone_abbrev_at(uint32_t index, struct time_zone_short *out)
{
	if (index >= ARRAY_LEN(abbrevs))
		return false;
	out->name = str_of(abbrevs[index].name,
	    strnlen(abbrevs[index].name, sizeof(abbrevs[index].name)));
	out->offset = abbrevs[index].minutes * 60;
	out->is_dst = abbrevs[index].is_dst;
	return true;
}
