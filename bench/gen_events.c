/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gen_events.c -- the benchmark's events: an online shop's month, the same for
 * the same seed on every machine.
 *
 *	gen_events COUNT DIRECTORY [SEED [NAME=NUMBER ...]]
 *
 * Writes order_created.csv and page_view.csv, each about half of the events,
 * in the order in which they arrived, and contexts.txt, 1,000 contexts that
 * occur, to be replayed.
 *
 * Contexts are 200,000 users whose activity follows a Zipf law of exponent
 * 0.8.  Times run through the 30 days from 2024-01-01 with half a second of
 * lateness on average; one event in a thousand is up to an hour late.
 * order_id is unique and scattered over 40 bits, so that its least and
 * greatest value in a block of events prune nothing.
 *
 * Other shapes of the same data:
 *	users=N		as many contexts
 *	days=N		as many days
 *	uniform=1	all contexts are equally active
 *	late=N		one event in N is late
 *	late_hours=N	by up to N hours
 *	fields=N	order_created has N fields more: n001 bigint, f002
 *			float8, w003 text, n004, ...
 *	types=N		N more event types, which share a tenth of COUNT
 *			events: other0001.csv, ...
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum {
	COUNTRIES = 60,
	PAGES = 200,
	REFERRERS = 500,
	REPLAYED = 1000,
	NOTE_ONE_IN = 10,
	PATH_SIZE = 4096,
};

#define FIRST_SECOND   INT64_C(1704067200) /* 2024-01-01 00:00:00 UTC */
#define SECOND_US      INT64_C(1000000)
#define HOUR_US        (3600 * SECOND_US)
#define LATENESS_US    500000.0
#define ORDER_ID_BITS  40
#define ORDER_ID_ODD   UINT64_C(0x9e3779b97f4a7c15)
#define VIEW_MEAN_MS   8000.0
#define VIEW_LEAST_MS  50
#define CENTS_LEAST    100
#define CENTS_GREATEST 99900.0

static const char *const statuses[] = { "new", "paid", "shipped", "done",
	"cancelled" };
static const double status_weights[] = { 0.05, 0.15, 0.2, 0.55, 0.05 };
static const char *const channels[] = { "web", "app", "shop", "phone" };
static const double channel_weights[] = { 0.55, 0.35, 0.08, 0.02 };
static const char *const sections[] = { "shoes", "books", "garden", "kitchen",
	"toys", "music", "games", "bikes", "lamps", "tools" };
static const char *const words[] = { "please", "ring", "twice", "leave", "at",
	"the", "door", "gift", "wrap", "fragile", "urgent", "second", "floor",
	"call", "before", "noon" };

static struct option {
	const char *name;
	uint32_t value;
} options[] = {
	{ "users", 200000 },
	{ "days", 30 },
	{ "uniform", 0 },
	{ "late", 1000 },
	{ "late_hours", 1 },
	{ "fields", 0 },
	{ "types", 0 },
};

enum { USERS, DAYS, UNIFORM, LATE_ONE_IN, LATE_HOURS, FIELDS, TYPES, OPTIONS };

static uint32_t
option(int which)
{
	return options[which].value;
}

static void
set_option(const char *text)
{
	size_t length = strcspn(text, "=");

	for (int i = 0; i < OPTIONS; i++)
		if (strncmp(options[i].name, text, length) == 0 &&
		    options[i].name[length] == '\0' && text[length] == '=') {
			options[i].value =
			    (uint32_t)strtoul(text + length + 1, NULL, 10);
			return;
		}
	fprintf(stderr, "gen_events: no option \"%s\"\n", text);
	exit(EXIT_FAILURE);
}

/* ---- chance ---- */

/* Steele, Lea and Flood, "Fast splittable pseudorandom generators", 2014. */
static uint64_t random_state;

static uint64_t
random_bits(void)
{
	uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* Of [0, 1). */
static double
random_unit(void)
{
	return (double)(random_bits() >> 11) * 0x1p-53;
}

static uint32_t
random_below(uint32_t limit)
{
	return (uint32_t)(random_bits() % limit);
}

/* Of an exponential distribution with this mean. */
static double
random_exponential(double mean)
{
	return -log(1 - random_unit()) * mean;
}

/* A discrete distribution: sums of weights, searched. */
struct choice {
	double *sums;
	uint32_t count;
};

static void *
allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (memory == NULL) {
		perror("gen_events");
		exit(EXIT_FAILURE);
	}
	return memory;
}

static struct choice
choice_of_weights(const double *weights, uint32_t count)
{
	struct choice choice = { allocate(count, sizeof(double)), count };
	double sum = 0;

	for (uint32_t i = 0; i < count; i++)
		choice.sums[i] = sum += weights[i];
	return choice;
}

static struct choice
choice_of_zipf(uint32_t count, double exponent)
{
	struct choice choice = { allocate(count, sizeof(double)), count };
	double sum = 0;

	for (uint32_t i = 0; i < count; i++)
		choice.sums[i] = sum += pow(i + 1.0, -exponent);
	return choice;
}

static uint32_t
choice_draw(const struct choice *choice)
{
	double at = random_unit() * choice->sums[choice->count - 1];
	uint32_t low = 0, high = choice->count - 1;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (choice->sums[middle] > at)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* ---- events ---- */

struct shop {
	struct choice users, statuses, channels, countries, pages, referrers;
	uint32_t *user_of_rank; /* the busiest user is not number 0 */
	char country[COUNTRIES][3];
	char page[PAGES][32];
	uint8_t *is_seen; /* by user */
	uint64_t order_count;
};

static void
shop_init(struct shop *shop)
{
	uint32_t users = option(USERS);

	shop->users = choice_of_zipf(users, option(UNIFORM) != 0 ? 0 : 0.8);
	shop->statuses = choice_of_weights(status_weights, 5);
	shop->channels = choice_of_weights(channel_weights, 4);
	shop->countries = choice_of_zipf(COUNTRIES, 1.0);
	shop->pages = choice_of_zipf(PAGES, 0.9);
	shop->referrers = choice_of_zipf(REFERRERS, 1.0);
	shop->user_of_rank = allocate(users, sizeof(*shop->user_of_rank));
	shop->is_seen = allocate(users, 1);
	for (uint32_t i = 0; i < users; i++) {
		uint32_t j = random_below(i + 1);

		shop->user_of_rank[i] = shop->user_of_rank[j];
		shop->user_of_rank[j] = i;
	}
	for (uint32_t i = 0; i < COUNTRIES; i++)
		snprintf(shop->country[i], sizeof(shop->country[i]), "%c%c",
		    'A' + i % 26, 'A' + (i * 5 + i / 26) % 26);
	memcpy(shop->country[2], "NL", 3);
	for (uint32_t i = 0; i < PAGES; i++)
		snprintf(shop->page[i], sizeof(shop->page[i]), "/%s/%u",
		    sections[i % 10], i / 10 + 1);
	memcpy(shop->page[5], "/checkout", sizeof("/checkout"));
}

/* When the i-th of `count` events happened, microseconds since FIRST_SECOND. */
static int64_t
event_time(uint64_t i, uint64_t count)
{
	double step = (double)(option(DAYS) * 24 * HOUR_US) / (double)count;
	int64_t at = (int64_t)(step * (double)i) -
	    (int64_t)random_exponential(LATENESS_US);

	if (random_below(option(LATE_ONE_IN)) == 0)
		at -= (int64_t)(random_unit() *
		    (double)(option(LATE_HOURS) * HOUR_US));
	return at;
}

/* The columns that all events have. */
static void
write_core(FILE *out, uint32_t user, int64_t at)
{
	static time_t last_second;
	static char text[32]; /* of last_second: most events share it */
	int64_t us = at % SECOND_US;
	time_t second;
	struct tm tm;

	if (us < 0)
		us += SECOND_US;
	second = FIRST_SECOND + (at - us) / SECOND_US;
	if (second != last_second) {
		gmtime_r(&second, &tm);
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
		last_second = second;
	}
	fprintf(out, "user-%06u,%s.%06" PRId64 "+00,", user, text, us);
}

static char
field_kind(uint32_t i)
{
	return "nfw"[i % 3];
}

static void
write_fields(FILE *out)
{
	for (uint32_t i = 0; i < option(FIELDS); i++)
		switch (field_kind(i)) {
		case 'n':
			fprintf(out, ",%u", random_below(1000 * (i + 1)));
			break;
		case 'f':
			fprintf(out, ",%u.%02u", random_below(1000),
			    random_below(100));
			break;
		default:
			fprintf(out, ",%s", words[random_below(16)]);
			break;
		}
}

static void
write_order(struct shop *shop, FILE *out)
{
	uint64_t id = ++shop->order_count * ORDER_ID_ODD;
	double unit = random_unit();
	uint32_t cents = CENTS_LEAST + (uint32_t)(unit * unit * CENTS_GREATEST);

	/* Each step can be undone, so the ids stay unique. */
	id &= (UINT64_C(1) << ORDER_ID_BITS) - 1;
	id ^= id >> (ORDER_ID_BITS / 2);
	fprintf(out, "%" PRIu64 ",%u.%02u,%s,%s,%s,", id, cents / 100,
	    cents % 100, statuses[choice_draw(&shop->statuses)],
	    shop->country[choice_draw(&shop->countries)],
	    channels[choice_draw(&shop->channels)]);
	if (random_below(NOTE_ONE_IN) == 0)
		for (uint32_t i = 2 + random_below(5); i > 0; i--)
			fprintf(out, "%s%s", words[random_below(16)],
			    i == 1 ? "" : " ");
	write_fields(out);
	fputc('\n', out);
}

static void
write_view(struct shop *shop, uint32_t user, FILE *out)
{
	uint32_t ms =
	    VIEW_LEAST_MS + (uint32_t)random_exponential(VIEW_MEAN_MS);

	fprintf(out, "%u,%s,%u,", user, shop->page[choice_draw(&shop->pages)],
	    ms);
	if (random_below(10) < 4)
		fprintf(out, "https://ref%03u.example.com/%s",
		    choice_draw(&shop->referrers), sections[random_below(10)]);
	fputc('\n', out);
}

/* ---- files ---- */

static FILE *
open_file(const char *directory, const char *name)
{
	char path[PATH_SIZE];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "w");
	if (file == NULL) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	return file;
}

static void
close_file(FILE *file)
{
	if (ferror(file) || fclose(file) != 0) {
		perror("gen_events");
		exit(EXIT_FAILURE);
	}
}

static void
write_contexts(const struct shop *shop, const char *directory)
{
	FILE *out = open_file(directory, "contexts.txt");

	for (uint32_t i = 0; i < REPLAYED;) {
		uint32_t user = random_below(option(USERS));

		if (!shop->is_seen[user])
			continue;
		fprintf(out, "user-%06u\n", user);
		i++;
	}
	close_file(out);
}

/* The events of all other types, which come after the shop's. */
static void
write_other_types(const struct shop *shop, const char *directory,
    uint64_t count)
{
	uint64_t each = option(TYPES) > 0 ? count / 10 / option(TYPES) : 0;
	char name[32];

	for (uint32_t type = 1; type <= option(TYPES); type++) {
		FILE *out;

		snprintf(name, sizeof(name), "other%04u.csv", type);
		out = open_file(directory, name);
		fputs("context_id,timestamp,number,word\n", out);
		for (uint64_t i = 0; i < each; i++) {
			write_core(out,
			    shop->user_of_rank[choice_draw(&shop->users)],
			    event_time(i, each));
			fprintf(out, "%u,%s\n", random_below(1000),
			    words[random_below(16)]);
		}
		close_file(out);
	}
}

static void
write_order_head(FILE *out)
{
	fputs("context_id,timestamp,order_id,amount,status,country,channel,"
	      "note",
	    out);
	for (uint32_t i = 0; i < option(FIELDS); i++)
		fprintf(out, ",%c%03u", field_kind(i), i + 1);
	fputc('\n', out);
}

int
main(int argc, char **argv)
{
	struct shop shop = { .order_count = 0 };
	uint64_t count;
	FILE *orders, *views;

	if (argc < 3) {
		fputs("usage: gen_events COUNT DIRECTORY [SEED"
		      " [NAME=NUMBER ...]]\n",
		    stderr);
		return EXIT_FAILURE;
	}
	count = strtoull(argv[1], NULL, 10);
	random_state = argc > 3 ? strtoull(argv[3], NULL, 10) : 42;
	for (int i = 4; i < argc; i++)
		set_option(argv[i]);
	if (mkdir(argv[2], 0755) != 0 && errno != EEXIST) {
		perror(argv[2]);
		return EXIT_FAILURE;
	}
	shop_init(&shop);
	orders = open_file(argv[2], "order_created.csv");
	views = open_file(argv[2], "page_view.csv");
	write_order_head(orders);
	fputs("context_id,timestamp,user_id,page,duration_ms,referrer\n",
	    views);
	for (uint64_t i = 0; i < count; i++) {
		uint32_t user = shop.user_of_rank[choice_draw(&shop.users)];
		int64_t at = event_time(i, count);

		shop.is_seen[user] = 1;
		if (random_bits() >> 63 != 0) {
			write_core(orders, user, at);
			write_order(&shop, orders);
		} else {
			write_core(views, user, at);
			write_view(&shop, user, views);
		}
	}
	close_file(orders);
	close_file(views);
	write_contexts(&shop, argv[2]);
	write_other_types(&shop, argv[2], count);
	return EXIT_SUCCESS;
}
