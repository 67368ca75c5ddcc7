/* SPDX-License-Identifier: Apache-2.0 */
/*
 * demo-shop.c -- a month of a small tea and coffee shop, as events.
 *
 *	demo-shop schema	the CREATE TABLE statements
 *	demo-shop events	csv for COPY events (event_type, context_id,
 *				timestamp, payload) FROM STDIN (FORMAT csv)
 *
 * The month is November 2025, with its weekends and its Black Friday.  People
 * look at products (context visitor-N); some fill a cart, order, pay, at times
 * at the second try, get a parcel on the next working day, and a few send
 * something back (context order-N).  Amounts agree with each other: an order's
 * total is the sum of its items and the shipping, a payment is its order's
 * total, a refund is what the item cost.
 *
 * The output is the same on every machine: integers only, a generator of our
 * own with a fixed seed and never twice in one expression (a compiler may
 * choose which is first), events in the order of time.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

#define SEED           UINT64_C(20251101)
#define MONTH_START_S  INT64_C(1761955200) /* 2025-11-01, a Saturday */
#define DAYS           30
#define BLACK_FRIDAY   27 /* the 28th, counted from 0 */
#define SECOND_US      INT64_C(1000000)
#define MINUTE_S       60
#define HOUR_S         3600
#define DAY_S          86400
#define SESSIONS_A_DAY 640
#define EVENTS_MAX     200000
#define ITEMS_MAX      5
#define CUSTOMERS      2400
#define FREE_SHIPPING  5000 /* cents */
#define SHIPPING       490

struct product {
	const char *name, *category;
	int cents;
	int grams;
	unsigned weight; /* how popular */
};

static const struct product products[] = {
	{ "Assam Second Flush 100 g", "black tea", 790, 120, 60 },
	{ "Darjeeling First Flush 100 g", "black tea", 1250, 120, 45 },
	{ "Earl Grey 250 g", "black tea", 1190, 280, 70 },
	{ "English Breakfast 50 bags", "black tea", 590, 150, 90 },
	{ "Sencha 100 g", "green tea", 890, 120, 65 },
	{ "Gyokuro 50 g", "green tea", 1990, 70, 15 },
	{ "Jasmine Pearls 100 g", "green tea", 1490, 120, 30 },
	{ "Matcha 30 g", "green tea", 2490, 60, 40 },
	{ "Rooibos Vanilla 200 g", "herbal tea", 740, 230, 50 },
	{ "Peppermint 40 bags", "herbal tea", 390, 110, 75 },
	{ "Camomile 40 bags", "herbal tea", 390, 100, 45 },
	{ "House Blend Espresso 1 kg", "coffee", 2190, 1030, 80 },
	{ "Ethiopia Yirgacheffe 250 g", "coffee", 1290, 270, 55 },
	{ "Guatemala Decaf 250 g", "coffee", 1190, 270, 25 },
	{ "Cold Brew Set", "coffee", 3490, 1450, 18 },
	{ "Glass Teapot 0.8 l", "pots and cups", 3290, 900, 22 },
	{ "Cast Iron Teapot 1 l", "pots and cups", 6490, 2400, 8 },
	{ "Stoneware Cup", "pots and cups", 1450, 380, 48 },
	{ "Thermos Bottle 0.5 l", "pots and cups", 2790, 420, 28 },
	{ "Bamboo Whisk", "tools", 1690, 60, 20 },
	{ "Tea Infuser Steel", "tools", 850, 80, 55 },
	{ "Hand Grinder", "tools", 4990, 750, 14 },
	{ "Gooseneck Kettle 1 l", "tools", 7990, 1600, 9 },
	{ "Acacia Honey 500 g", "pantry", 990, 820, 42 },
	{ "Shortbread 200 g", "pantry", 490, 240, 66 },
	{ "Advent Calendar Tea", "gifts", 2990, 650, 35 },
	{ "Gift Box Four Teas", "gifts", 3490, 700, 30 },
	{ "Gift Card", "gifts", 2500, 10, 24 },
};

struct choice {
	const char *text;
	unsigned weight;
};

static const struct choice countries[] = {
	{ "DE", 58 },
	{ "AT", 14 },
	{ "NL", 12 },
	{ "FR", 9 },
	{ "DK", 7 },
};

static const struct choice devices[] = {
	{ "phone", 61 },
	{ "desktop", 31 },
	{ "tablet", 8 },
};

static const struct choice referrers[] = {
	{ "search", 44 },
	{ "direct", 27 },
	{ "newsletter", 14 },
	{ "social", 10 },
	{ "partner", 5 },
};

static const struct choice methods[] = {
	{ "card", 42 },
	{ "wallet", 33 },
	{ "invoice", 17 },
	{ "transfer", 8 },
};

static const struct choice declines[] = {
	{ "insufficient funds", 46 },
	{ "card expired", 21 },
	{ "authentication failed", 33 },
};

static const struct choice carriers[] = {
	{ "DHL", 64 },
	{ "DPD", 24 },
	{ "PostNL", 12 },
};

static const struct choice reasons[] = {
	{ "damaged in transit", 31 },
	{ "not as described", 19 },
	{ "changed my mind", 38 },
	{ "wrong item", 12 },
};

/* In percent of the day's mean, hour by hour (UTC). */
static const unsigned hour_weight[24] = { 22, 12, 8, 6, 8, 18, 42, 78, 102, 118,
	128, 146, 152, 124, 112, 116, 132, 164, 204, 232, 226, 178, 112, 60 };

struct event {
	int64_t time_us;
	uint32_t sequence; /* orders events of the same time */
	const char *type;
	char *context; /* owned */
	char *payload; /* owned */
};

struct item {
	const struct product *product;
	int quantity;
};

struct order {
	int id;
	int customer;
	struct item items[ITEMS_MAX];
	int item_count;
	int goods_cents;
	int shipping_cents;
};

static struct event *events;
static size_t event_count;
static uint64_t random_state = SEED;

/* splitmix64 (Steele, Lea, Flood: Fast splittable generators, 2014). */
static uint64_t
random_u64(void)
{
	uint64_t x = random_state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

/* From 0 to limit - 1.  The bias of the remainder does not matter here. */
static int
random_below(int limit)
{
	return (int)(random_u64() % (uint64_t)limit);
}

static int
random_between(int least, int greatest)
{
	return least + random_below(greatest - least + 1);
}

static bool
chance(int percent)
{
	return random_below(100) < percent;
}

static const char *
pick(const struct choice *choices, size_t count)
{
	unsigned total = 0, at;
	size_t i = 0;

	for (size_t k = 0; k < count; k++)
		total += choices[k].weight;
	at = (unsigned)random_below((int)total);
	while (at >= choices[i].weight)
		at -= choices[i++].weight;
	return choices[i].text;
}
#define PICK(choices) pick((choices), ARRAY_LEN(choices))

static const struct product *
pick_product(void)
{
	unsigned total = 0, at;
	size_t i = 0;

	for (size_t k = 0; k < ARRAY_LEN(products); k++)
		total += products[k].weight;
	at = (unsigned)random_below((int)total);
	while (at >= products[i].weight)
		at -= products[i++].weight;
	return &products[i];
}

static char *format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static char *
format(const char *fmt, ...)
{
	char *text;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (len < 0) {
		perror("demo-shop");
		exit(EXIT_FAILURE);
	}
	return text;
}

/* Takes both texts.  What happens after the month is not in it. */
static void
add(int64_t time_us, const char *type, char *context, char *payload)
{
	struct event *event = &events[event_count];

	if (time_us >= (MONTH_START_S + DAYS * DAY_S) * SECOND_US ||
	    event_count == EVENTS_MAX) {
		free(context);
		free(payload);
		return;
	}
	*event = (struct event){
		.time_us = time_us,
		.sequence = (uint32_t)event_count,
		.type = type,
		.context = context,
		.payload = payload,
	};
	event_count++;
}

/* Some seconds and microseconds after `time_us`. */
static int64_t
later(int64_t time_us, int least_s, int greatest_s)
{
	time_us += random_between(least_s, greatest_s) * SECOND_US;
	return time_us + random_below((int)SECOND_US);
}

static int64_t
view_product(int64_t time_us, int visitor, const struct product *product,
    const char *device, const char *referrer)
{
	add(time_us, "product_viewed", format("visitor-%d", visitor),
	    format("{\"product\": \"%s\", \"category\": \"%s\", "
		   "\"price\": %d.%02d, \"device\": \"%s\", "
		   "\"referrer\": \"%s\", \"seconds\": %d}",
		product->name, product->category, product->cents / 100,
		product->cents % 100, device, referrer,
		random_between(2, 140)));
	return later(time_us, 5, 180);
}

static int64_t
add_item(int64_t time_us, struct order *order, const struct product *product)
{
	struct item *item = &order->items[order->item_count++];

	item->product = product;
	item->quantity = chance(78) ? 1 : random_between(2, 4);
	order->goods_cents += item->quantity * product->cents;
	add(time_us, "item_added", format("order-%d", order->id),
	    format("{\"product\": \"%s\", \"quantity\": %d, "
		   "\"unit_price\": %d.%02d}",
		product->name, item->quantity, product->cents / 100,
		product->cents % 100));
	return later(time_us, 5, 120);
}

static int
total_cents(const struct order *order)
{
	return order->goods_cents + order->shipping_cents;
}

static int64_t
place_order(int64_t time_us, struct order *order)
{
	bool is_gift = chance(11);
	const char *country = PICK(countries);

	order->shipping_cents =
	    order->goods_cents >= FREE_SHIPPING ? 0 : SHIPPING;
	add(time_us, "order_placed", format("order-%d", order->id),
	    format("{\"customer\": \"customer-%d\", \"items\": %d, "
		   "\"total\": %d.%02d, \"shipping\": %d.%02d, "
		   "\"country\": \"%s\", \"gift\": %s}",
		order->customer, order->item_count, total_cents(order) / 100,
		total_cents(order) % 100, order->shipping_cents / 100,
		order->shipping_cents % 100, country,
		is_gift ? "true" : "false"));
	return later(time_us, 4, 90);
}

static void
add_payment(int64_t time_us, const struct order *order, const char *method,
    const char *declined)
{
	add(time_us, "payment_made", format("order-%d", order->id),
	    format("{\"method\": \"%s\", \"amount\": %d.%02d, "
		   "\"accepted\": %s, \"reason\": %s%s%s}",
		method, total_cents(order) / 100, total_cents(order) % 100,
		declined == NULL ? "true" : "false",
		declined == NULL ? "" : "\"",
		declined == NULL ? "null" : declined,
		declined == NULL ? "" : "\""));
}

/* When the money is there, or -1 if it never comes. */
static int64_t
pay(int64_t time_us, const struct order *order)
{
	const char *method = PICK(methods);

	while (chance(6)) {
		add_payment(time_us, order, method, PICK(declines));
		if (chance(35))
			return -1;
		time_us = later(time_us, 30, 4 * HOUR_S);
		method = PICK(methods);
	}
	add_payment(time_us, order, method, NULL);
	return time_us;
}

/* Parcels leave from Monday to Saturday, between 8 and 16 h. */
static int64_t
ship(int64_t time_us, const struct order *order)
{
	int64_t day = (time_us / SECOND_US - MONTH_START_S) / DAY_S + 1;
	int grams = 180;
	int64_t at;
	char eta[16];
	time_t seconds;
	struct tm tm;

	if (day % 7 == 1) /* the month starts on a Saturday */
		day++;
	at = (MONTH_START_S + day * DAY_S + 8 * HOUR_S) * SECOND_US;
	at = later(at, 0, 8 * HOUR_S);
	for (int i = 0; i < order->item_count; i++)
		grams +=
		    order->items[i].quantity * order->items[i].product->grams;
	seconds = (time_t)(at / SECOND_US + random_between(1, 4) * DAY_S);
	gmtime_r(&seconds, &tm);
	strftime(eta, sizeof(eta), "%Y-%m-%d", &tm);
	add(at, "parcel_shipped", format("order-%d", order->id),
	    format("{\"carrier\": \"%s\", \"grams\": %d, \"expected\": "
		   "\"%s\"}",
		PICK(carriers), grams, eta));
	return at;
}

static void
send_back(int64_t time_us, const struct order *order)
{
	const struct item *item =
	    &order->items[random_below(order->item_count)];
	int cents = item->product->cents * item->quantity;
	const char *reason = PICK(reasons);

	time_us = later(time_us, 2 * DAY_S, 9 * DAY_S);
	add(time_us, "item_returned", format("order-%d", order->id),
	    format("{\"product\": \"%s\", \"quantity\": %d, "
		   "\"refund\": %d.%02d, \"reason\": \"%s\"}",
		item->product->name, item->quantity, cents / 100, cents % 100,
		reason));
}

/* From the full cart to the parcel that comes back. */
static void
buy(int64_t time_us, struct order *order)
{
	if (chance(22)) /* a cart that stays in the shop */
		return;
	time_us = pay(place_order(time_us, order), order);
	if (time_us == -1)
		return;
	time_us = ship(later(time_us, 1, 30), order);
	if (chance(8))
		send_back(time_us, order);
}

/* One visit: some products seen, some of them put into a cart. */
static void
visit(int64_t time_us, int buy_percent)
{
	static int visitors = 10000, orders = 1000;
	const char *device = PICK(devices), *referrer = PICK(referrers);
	bool buys = chance(buy_percent);
	int views = random_between(1, buys ? 7 : 5);
	struct order order = { .id = orders };

	visitors++;
	for (int i = 0; i < views; i++) {
		const struct product *product = pick_product();

		time_us =
		    view_product(time_us, visitors, product, device, referrer);
		if (buys && order.item_count < ITEMS_MAX &&
		    (chance(45) || i == views - 1))
			time_us = add_item(time_us, &order, product);
	}
	if (order.item_count == 0)
		return;
	orders++;
	order.customer = 1 + random_below(CUSTOMERS);
	buy(later(time_us, 20, 600), &order);
}

static int
sessions_of_day(int day)
{
	int percent = 100;

	if (day % 7 == 0 || day % 7 == 1) /* Saturday, Sunday */
		percent = 122;
	if (day > BLACK_FRIDAY - 5 && day < BLACK_FRIDAY)
		percent = 90; /* people wait */
	if (day == BLACK_FRIDAY)
		percent = 310;
	if (day == BLACK_FRIDAY + 1)
		percent = 190;
	return SESSIONS_A_DAY * (percent + random_between(-7, 7)) / 100;
}

static int64_t
time_in_day(int day)
{
	unsigned total = 0, at;
	int hour = 0;

	for (size_t i = 0; i < ARRAY_LEN(hour_weight); i++)
		total += hour_weight[i];
	at = (unsigned)random_below((int)total);
	while (at >= hour_weight[hour])
		at -= hour_weight[hour++];
	return later((MONTH_START_S + day * DAY_S + hour * HOUR_S) * SECOND_US,
	    0, HOUR_S - 1);
}

static int
compare_events(const void *left, const void *right)
{
	const struct event *a = left, *b = right;

	if (a->time_us != b->time_us)
		return a->time_us < b->time_us ? -1 : 1;
	return (a->sequence > b->sequence) - (a->sequence < b->sequence);
}

static void
print_event(const struct event *event)
{
	time_t seconds = (time_t)(event->time_us / SECOND_US);
	char text[32];
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	printf("%s,%s,%s.%06d+00,\"", event->type, event->context, text,
	    (int)(event->time_us % SECOND_US));
	for (const char *c = event->payload; *c != '\0'; c++) {
		if (*c == '"')
			putchar('"');
		putchar(*c);
	}
	puts("\"");
}

static void
print_events(void)
{
	events = calloc(EVENTS_MAX, sizeof(*events));
	if (events == NULL) {
		perror("demo-shop");
		exit(EXIT_FAILURE);
	}
	for (int day = 0; day < DAYS; day++) {
		int sessions = sessions_of_day(day);

		for (int i = 0; i < sessions; i++)
			visit(time_in_day(day), day == BLACK_FRIDAY ? 34 : 26);
	}
	qsort(events, event_count, sizeof(*events), compare_events);
	for (size_t i = 0; i < event_count; i++) {
		print_event(&events[i]);
		free(events[i].context);
		free(events[i].payload);
	}
	free(events);
}

static void
print_schema(void)
{
	puts("CREATE TABLE IF NOT EXISTS product_viewed (product text NOT NULL,"
	     "\n    category text NOT NULL, price numeric(10,2) NOT NULL,"
	     "\n    device text NOT NULL, referrer text NOT NULL,"
	     "\n    seconds integer NOT NULL);\n"
	     "CREATE TABLE IF NOT EXISTS item_added (product text NOT NULL,"
	     "\n    quantity integer NOT NULL,"
	     "\n    unit_price numeric(10,2) NOT NULL);\n"
	     "CREATE TABLE IF NOT EXISTS order_placed (customer text NOT NULL,"
	     "\n    items integer NOT NULL, total numeric(10,2) NOT NULL,"
	     "\n    shipping numeric(10,2) NOT NULL, country text NOT NULL,"
	     "\n    gift boolean NOT NULL);\n"
	     "CREATE TABLE IF NOT EXISTS payment_made (method text NOT NULL,"
	     "\n    amount numeric(10,2) NOT NULL, accepted boolean NOT NULL,"
	     "\n    reason text);\n"
	     "CREATE TABLE IF NOT EXISTS parcel_shipped (carrier text NOT NULL,"
	     "\n    grams integer NOT NULL, expected date NOT NULL);\n"
	     "CREATE TABLE IF NOT EXISTS item_returned (product text NOT NULL,"
	     "\n    quantity integer NOT NULL,"
	     "\n    refund numeric(10,2) NOT NULL, reason text NOT NULL);");
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "schema") == 0) {
		print_schema();
	} else if (argc == 2 && strcmp(argv[1], "events") == 0) {
		print_events();
	} else {
		fputs("usage: demo-shop schema|events\n", stderr);
		return EXIT_FAILURE;
	}
	if (fflush(stdout) != 0) {
		perror("demo-shop");
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
