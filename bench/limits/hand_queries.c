/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hand_queries.c -- the benchmark's queries written by hand over plain arrays
 * in memory, on two threads: what the machine allows, without SQL, storage or
 * a client.
 *
 *	hand_queries DIRECTORY
 *
 * Reads the events of gen_events, then a word a line: Q2, Q3, Q4, Q5, Q6, Q8a
 * or Q10, or Q9 and a number.  To each it prints the median of five executions
 * in ms, the rows that psql would print, and an empty line.
 *
 * Strings are codes of a byte in the order in which they first occur, contexts
 * are their numbers.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	THREADS = 2,
	EXECUTIONS = 5,
	CODES = 256,
	TEXT_SIZE = 24,
	GROUPS = CODES * CODES,
	TOP = 100,
	BLOCK_ROWS = 8192,
	HOURS = 24,
	PATH_SIZE = 4096,
	LANES = 4, /* accumulators side by side: sums wait for each other */
};

#define HOUR_US INT64_C(3600000000)
#define DAY_US  INT64_C(1706572800000000) /* 2024-01-30 00:00:00 UTC */

/* ---- columns ---- */

struct dictionary {
	char text[CODES][TEXT_SIZE];
	uint32_t count;
};

static struct {
	size_t count;
	uint32_t *context;
	int64_t *time;
	int64_t *order_id;
	double *amount;
	uint8_t *status, *country, *channel;
	struct dictionary statuses, countries, channels;
	int64_t *least, *greatest; /* time of each block of BLOCK_ROWS */
} orders;

/* Of page views only those of the checkout are asked for. */
static struct {
	size_t count;
	uint32_t *context;
	int64_t *time;
} checkouts;

static uint32_t context_count;

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static void *
allocate(size_t count, size_t size)
{
	void *memory = calloc(count > 0 ? count : 1, size);

	if (memory == NULL)
		die("hand_queries");
	return memory;
}

static uint8_t
code_of(struct dictionary *dictionary, const char *text, size_t length)
{
	uint32_t i = 0;

	if (length >= TEXT_SIZE) {
		fputs("hand_queries: a text is too long\n", stderr);
		exit(EXIT_FAILURE);
	}
	while (i < dictionary->count &&
	    (strncmp(dictionary->text[i], text, length) != 0 ||
		dictionary->text[i][length] != '\0'))
		i++;
	if (i == CODES) {
		fputs("hand_queries: too many texts\n", stderr);
		exit(EXIT_FAILURE);
	}
	if (i == dictionary->count)
		memcpy(dictionary->text[dictionary->count++], text, length);
	return (uint8_t)i;
}

/* ---- the files ---- */

struct file {
	const char *at;
	const char *end;
	size_t lines; /* at most */
};

static struct file
open_file(const char *directory, const char *name)
{
	char path[PATH_SIZE];
	struct file file = { NULL, NULL, 0 };
	struct stat info;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	fd = open(path, O_RDONLY);
	if (fd == -1 || fstat(fd, &info) == -1)
		die(path);
	file.at =
	    mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (file.at == MAP_FAILED)
		die(path);
	close(fd);
	file.end = file.at + info.st_size;
	for (const char *at = file.at; at < file.end; file.lines++)
		at =
		    (const char *)memchr(at, '\n', (size_t)(file.end - at)) + 1;
	file.at = strchr(file.at, '\n') + 1; /* the names */
	return file;
}

/* The next field, which ends at a comma or the line's end. */
static const char *
next_field(struct file *file, size_t *length)
{
	const char *start = file->at;

	while (*file->at != ',' && *file->at != '\n')
		file->at++;
	*length = (size_t)(file->at - start);
	file->at++;
	return start;
}

static int64_t
next_integer(struct file *file)
{
	size_t length;

	return strtoll(next_field(file, &length), NULL, 10);
}

/* user-000042 */
static uint32_t
next_context(struct file *file)
{
	size_t length;
	const char *field = next_field(file, &length);
	uint32_t context = (uint32_t)strtoul(field + 5, NULL, 10);

	if (context >= context_count)
		context_count = context + 1;
	return context;
}

static int64_t
digits(const char *text, int count)
{
	int64_t value = 0;

	for (int i = 0; i < count; i++)
		value = value * 10 + text[i] - '0';
	return value;
}

/* 2024-01-30 00:00:00.000000+00, in microseconds since 1970 */
static int64_t
next_time(struct file *file)
{
	static char last_day[10];
	static int64_t last_seconds;
	size_t length;
	const char *field = next_field(file, &length);

	if (memcmp(last_day, field, sizeof(last_day)) != 0) {
		struct tm tm = {
			.tm_year = (int)digits(field, 4) - 1900,
			.tm_mon = (int)digits(field + 5, 2) - 1,
			.tm_mday = (int)digits(field + 8, 2),
		};

		last_seconds = timegm(&tm);
		memcpy(last_day, field, sizeof(last_day));
	}
	return (last_seconds + digits(field + 11, 2) * 3600 +
		   digits(field + 14, 2) * 60 + digits(field + 17, 2)) *
	    1000000 +
	    digits(field + 20, 6);
}

static uint8_t
next_code(struct file *file, struct dictionary *dictionary)
{
	size_t length;
	const char *field = next_field(file, &length);

	return code_of(dictionary, field, length);
}

static void
skip_line(struct file *file)
{
	while (file->at[-1] != '\n')
		file->at++;
}

static void
measure_blocks(void)
{
	size_t blocks = orders.count / BLOCK_ROWS + 1;

	orders.least = allocate(blocks, sizeof(*orders.least));
	orders.greatest = allocate(blocks, sizeof(*orders.greatest));
	for (size_t block = 0; block < blocks; block++) {
		orders.least[block] = INT64_MAX;
		orders.greatest[block] = INT64_MIN;
	}
	for (size_t i = 0; i < orders.count; i++) {
		size_t block = i / BLOCK_ROWS;

		if (orders.time[i] < orders.least[block])
			orders.least[block] = orders.time[i];
		if (orders.time[i] > orders.greatest[block])
			orders.greatest[block] = orders.time[i];
	}
}

static void
read_orders(const char *directory)
{
	struct file file = open_file(directory, "order_created.csv");
	size_t i = 0, length;

	orders.context = allocate(file.lines, sizeof(*orders.context));
	orders.time = allocate(file.lines, sizeof(*orders.time));
	orders.order_id = allocate(file.lines, sizeof(*orders.order_id));
	orders.amount = allocate(file.lines, sizeof(*orders.amount));
	orders.status = allocate(file.lines, 1);
	orders.country = allocate(file.lines, 1);
	orders.channel = allocate(file.lines, 1);
	for (; file.at < file.end; i++) {
		orders.context[i] = next_context(&file);
		orders.time[i] = next_time(&file);
		orders.order_id[i] = next_integer(&file);
		orders.amount[i] = strtod(next_field(&file, &length), NULL);
		orders.status[i] = next_code(&file, &orders.statuses);
		orders.country[i] = next_code(&file, &orders.countries);
		orders.channel[i] = next_code(&file, &orders.channels);
		skip_line(&file);
	}
	orders.count = i;
	measure_blocks();
}

static void
read_checkouts(const char *directory)
{
	static const char checkout[] = "/checkout";
	struct file file = open_file(directory, "page_view.csv");

	checkouts.context = allocate(file.lines, sizeof(*checkouts.context));
	checkouts.time = allocate(file.lines, sizeof(*checkouts.time));
	while (file.at < file.end) {
		uint32_t context = next_context(&file);
		int64_t at = next_time(&file);
		const char *page;
		size_t length;

		next_integer(&file);
		page = next_field(&file, &length);
		skip_line(&file);
		if (length != sizeof(checkout) - 1 ||
		    memcmp(page, checkout, length) != 0)
			continue;
		checkouts.context[checkouts.count] = context;
		checkouts.time[checkouts.count++] = at;
	}
}

/* ---- queries: each thread's part, then what all have found ---- */

struct group {
	double sum;
	int64_t count;
};

struct part {
	size_t begin, end;           /* rows of orders */
	int64_t wanted;              /* Q9: order_id; Q3: NL; Q8a: done */
	struct group groups[GROUPS]; /* Q2, Q5; of Q3 the first */
	int64_t hours[HOURS];        /* Q4 */
	uint64_t *seen[CODES];       /* Q6: contexts by country */
	size_t found[TOP];           /* Q9, Q10: rows, Q10's newest first */
	size_t found_count;
};

static struct part parts[THREADS];

static void
sum_by(struct part *part, const uint8_t *keys)
{
	double sums[CODES][LANES] = { 0 };
	int64_t counts[CODES][LANES] = { 0 };
	size_t i = part->begin;

	for (; i + LANES <= part->end; i += LANES)
		for (size_t lane = 0; lane < LANES; lane++) {
			sums[keys[i + lane]][lane] += orders.amount[i + lane];
			counts[keys[i + lane]][lane]++;
		}
	for (; i < part->end; i++) {
		sums[keys[i]][0] += orders.amount[i];
		counts[keys[i]][0]++;
	}
	for (int key = 0; key < CODES; key++)
		for (int lane = 0; lane < LANES; lane++) {
			part->groups[key].sum += sums[key][lane];
			part->groups[key].count += counts[key][lane];
		}
}

static void
q2_part(struct part *part)
{
	memset(part->groups, 0, CODES * sizeof(*part->groups));
	sum_by(part, orders.status);
}

static void
q3_part(struct part *part)
{
	const double *amount = orders.amount;
	const uint8_t *country = orders.country;
	uint8_t wanted = (uint8_t)part->wanted;
	uint32_t count = 0;

	for (size_t i = part->begin; i < part->end; i++)
		count += (uint32_t)(amount[i] > 990) &
		    (uint32_t)(country[i] == wanted);
	part->groups[0].count = count;
}

/* Blocks outside the day are left out, as by a zone map. */
static void
q4_part(struct part *part)
{
	memset(part->hours, 0, sizeof(part->hours));
	for (size_t i = part->begin; i < part->end;) {
		size_t block = i / BLOCK_ROWS;
		size_t end = (block + 1) * BLOCK_ROWS;

		if (end > part->end)
			end = part->end;
		if (orders.greatest[block] < DAY_US ||
		    orders.least[block] >= DAY_US + HOURS * HOUR_US)
			i = end;
		for (; i < end; i++) {
			uint64_t us = (uint64_t)(orders.time[i] - DAY_US);

			if (us < (uint64_t)(HOURS * HOUR_US))
				part->hours[us / (uint64_t)HOUR_US]++;
		}
	}
}

static void
q5_part(struct part *part)
{
	uint32_t channels = orders.channels.count;
	struct group *groups = part->groups;

	memset(groups, 0, sizeof(part->groups));
	for (size_t i = part->begin; i < part->end; i++) {
		struct group *group =
		    &groups[orders.country[i] * channels + orders.channel[i]];

		group->sum += orders.amount[i];
		group->count++;
	}
}

static void
q6_part(struct part *part)
{
	size_t words = context_count / 64 + 1;

	for (uint32_t i = 0; i < orders.countries.count; i++) {
		if (part->seen[i] == NULL)
			part->seen[i] = allocate(words, sizeof(uint64_t));
		memset(part->seen[i], 0, words * sizeof(uint64_t));
	}
	for (size_t i = part->begin; i < part->end; i++) {
		uint32_t context = orders.context[i];

		part->seen[orders.country[i]][context / 64] |= UINT64_C(1)
		    << context % 64;
	}
}

static void
q9_part(struct part *part)
{
	part->found_count = 0;
	for (size_t block = part->begin; block < part->end; block += 64) {
		size_t end = block + 64 < part->end ? block + 64 : part->end;
		bool is_here = false;

		for (size_t i = block; i < end; i++)
			is_here |= orders.order_id[i] == part->wanted;
		for (size_t i = block; is_here && i < end; i++)
			if (orders.order_id[i] == part->wanted)
				part->found[part->found_count++] = i;
	}
}

/* Put a row among the newest, which are sorted. */
static void
keep_newest(struct part *part, size_t row)
{
	int64_t at = orders.time[row];
	size_t place = part->found_count;

	if (place < TOP)
		part->found_count++;
	else
		place--;
	for (; place > 0 && orders.time[part->found[place - 1]] < at; place--)
		part->found[place] = part->found[place - 1];
	part->found[place] = row;
}

/* From the end; blocks that hold nothing newer are left out. */
static void
q10_part(struct part *part)
{
	part->found_count = 0;
	for (size_t i = part->end; i > part->begin;) {
		size_t block = (i - 1) / BLOCK_ROWS;
		size_t begin = block * BLOCK_ROWS;
		int64_t least = INT64_MIN;

		if (begin < part->begin)
			begin = part->begin;
		if (part->found_count == TOP)
			least = orders.time[part->found[TOP - 1]];
		if (orders.greatest[block] <= least)
			i = begin;
		for (; i > begin; i--)
			if (part->found_count < TOP ||
			    orders.time[i - 1] >
				orders.time[part->found[TOP - 1]])
				keep_newest(part, i - 1);
	}
}

/* ---- execution ---- */

struct query {
	const char *name;
	void (*run)(struct part *part);
	void (*print)(void);
};

struct work {
	const struct query *query;
	struct part *part;
};

static void *
run_part(void *arg)
{
	struct work *work = arg;

	work->query->run(work->part);
	return NULL;
}

static void
execute(const struct query *query)
{
	struct work work[THREADS];
	pthread_t threads[THREADS];

	for (size_t i = 0; i < THREADS; i++) {
		parts[i].begin = orders.count / THREADS * i;
		parts[i].end = i + 1 < THREADS
		    ? orders.count / THREADS * (i + 1)
		    : orders.count;
		work[i] = (struct work){ query, &parts[i] };
		if (i > 0)
			pthread_create(&threads[i], NULL, run_part, &work[i]);
	}
	query->run(&parts[0]);
	for (size_t i = 1; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

/* The parts' groups added to those of the first. */
static void
add_groups(uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		for (int t = 1; t < THREADS; t++) {
			parts[0].groups[i].sum += parts[t].groups[i].sum;
			parts[0].groups[i].count += parts[t].groups[i].count;
		}
}

static const struct dictionary *sorted_texts;

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(sorted_texts->text[*(const uint32_t *)a],
	    sorted_texts->text[*(const uint32_t *)b]);
}

/* The codes of a dictionary in the order of their texts. */
static void
sort_codes(const struct dictionary *dictionary, uint32_t *codes)
{
	for (uint32_t i = 0; i < dictionary->count; i++)
		codes[i] = i;
	sorted_texts = dictionary;
	qsort(codes, dictionary->count, sizeof(*codes), compare_texts);
}

static void
q2_print(void)
{
	uint32_t codes[CODES];

	add_groups(CODES);
	sort_codes(&orders.statuses, codes);
	for (uint32_t i = 0; i < orders.statuses.count; i++) {
		const struct group *group = &parts[0].groups[codes[i]];

		printf("%s|%.17g|%.17g\n", orders.statuses.text[codes[i]],
		    group->sum, group->sum / (double)group->count);
	}
}

static void
q3_print(void)
{
	add_groups(1);
	printf("%" PRId64 "\n", parts[0].groups[0].count);
}

static void
q4_print(void)
{
	for (int hour = 0; hour < HOURS; hour++) {
		int64_t count = 0;

		for (int t = 0; t < THREADS; t++)
			count += parts[t].hours[hour];
		if (count > 0)
			printf("2024-01-30 %02d:00:00+00|%" PRId64 "\n", hour,
			    count);
	}
}

static int
compare_sums(const void *a, const void *b)
{
	double x = parts[0].groups[*(const uint32_t *)a].sum;
	double y = parts[0].groups[*(const uint32_t *)b].sum;

	return (x < y) - (x > y);
}

static void
q5_print(void)
{
	static uint32_t order[GROUPS];
	uint32_t channels = orders.channels.count;
	uint32_t count = orders.countries.count * channels;

	add_groups(count);
	for (uint32_t i = 0; i < count; i++)
		order[i] = i;
	qsort(order, count, sizeof(*order), compare_sums);
	for (uint32_t i = 0; i < count && i < 10; i++) {
		const struct group *group = &parts[0].groups[order[i]];

		printf("%s|%s|%.17g|%" PRId64 "\n",
		    orders.countries.text[order[i] / channels],
		    orders.channels.text[order[i] % channels], group->sum,
		    group->count);
	}
}

static void
q6_print(void)
{
	uint32_t codes[CODES];

	sort_codes(&orders.countries, codes);
	for (uint32_t i = 0; i < orders.countries.count; i++) {
		int64_t count = 0;

		for (size_t w = 0; w <= context_count / 64; w++) {
			uint64_t bits = 0;

			for (int t = 0; t < THREADS; t++)
				bits |= parts[t].seen[codes[i]][w];
			count += __builtin_popcountll(bits);
		}
		printf("%s|%" PRId64 "\n", orders.countries.text[codes[i]],
		    count);
	}
}

/* The first checkout and the last order done of each context; one thread. */
static int64_t funnel_users;

static void
q8a_part(struct part *part)
{
	static int64_t *first, *last;

	if (part != &parts[0])
		return;
	if (first == NULL) {
		first = allocate(context_count, sizeof(*first));
		last = allocate(context_count, sizeof(*last));
	}
	for (uint32_t i = 0; i < context_count; i++) {
		first[i] = INT64_MAX;
		last[i] = INT64_MIN;
	}
	for (size_t i = 0; i < checkouts.count; i++)
		if (checkouts.time[i] < first[checkouts.context[i]])
			first[checkouts.context[i]] = checkouts.time[i];
	for (size_t i = 0; i < orders.count; i++)
		if (orders.status[i] == part->wanted &&
		    orders.time[i] > last[orders.context[i]])
			last[orders.context[i]] = orders.time[i];
	funnel_users = 0;
	for (uint32_t i = 0; i < context_count; i++)
		funnel_users += first[i] != INT64_MAX && last[i] >= first[i];
}

static void
q8a_print(void)
{
	printf("%" PRId64 "\n", funnel_users);
}

/* Only the key: the rest of the row is no work. */
static void
q9_print(void)
{
	for (int t = 0; t < THREADS; t++)
		for (size_t i = 0; i < parts[t].found_count; i++)
			printf("%" PRId64 "\n",
			    orders.order_id[parts[t].found[i]]);
}

static int
compare_times(const void *a, const void *b)
{
	int64_t x = orders.time[*(const size_t *)a];
	int64_t y = orders.time[*(const size_t *)b];

	return (x < y) - (x > y);
}

static void
q10_print(void)
{
	static size_t rows[THREADS * TOP];
	size_t count = 0;

	for (int t = 0; t < THREADS; t++)
		for (size_t i = 0; i < parts[t].found_count; i++)
			rows[count++] = parts[t].found[i];
	qsort(rows, count, sizeof(*rows), compare_times);
	for (size_t i = 0; i < count && i < TOP; i++) {
		time_t second = (time_t)(orders.time[rows[i]] / 1000000);
		struct tm tm;
		char text[32];

		gmtime_r(&second, &tm);
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
		printf("%s.%06d+00\n", text,
		    (int)(orders.time[rows[i]] % 1000000));
	}
}

static const struct query queries[] = {
	{ "Q2", q2_part, q2_print },
	{ "Q3", q3_part, q3_print },
	{ "Q4", q4_part, q4_print },
	{ "Q5", q5_part, q5_print },
	{ "Q6", q6_part, q6_print },
	{ "Q8a", q8a_part, q8a_print },
	{ "Q9", q9_part, q9_print },
	{ "Q10", q10_part, q10_print },
};

/* ---- what is asked ---- */

static double
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
answer(const struct query *query, int64_t wanted)
{
	double times[EXECUTIONS];

	for (int t = 0; t < THREADS; t++)
		parts[t].wanted = wanted;
	execute(query); /* warms up */
	for (int i = 0; i < EXECUTIONS; i++) {
		double start = now_ms();

		execute(query);
		times[i] = now_ms() - start;
	}
	qsort(times, EXECUTIONS, sizeof(*times), compare_doubles);
	printf("%.6f\n", times[EXECUTIONS / 2]);
	query->print();
	putchar('\n');
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	char line[64];

	if (argc != 2) {
		fputs("usage: hand_queries DIRECTORY\n", stderr);
		return EXIT_FAILURE;
	}
	read_orders(argv[1]);
	read_checkouts(argv[1]);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		char *number = line + strcspn(line, " \n");
		int64_t wanted = strtoll(number, NULL, 10);

		*number = '\0';
		if (strcmp(line, "Q3") == 0)
			wanted = code_of(&orders.countries, "NL", 2);
		if (strcmp(line, "Q8a") == 0)
			wanted = code_of(&orders.statuses, "done", 4);
		for (size_t i = 0; i < sizeof(queries) / sizeof(*queries); i++)
			if (strcmp(line, queries[i].name) == 0)
				answer(&queries[i], wanted);
	}
	return EXIT_SUCCESS;
}
