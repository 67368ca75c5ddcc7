/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oracle.h -- the harness's own account of what was sent to the engine and
 * what it answered, and the rules that what it gives back is judged by.
 *
 * Nothing of the server is used here, not even its headers: a mistake of the
 * server cannot hide behind itself.
 *
 * Events are numbered 1, 2, 3 ... as they are sent, for ever; the number is
 * the value of the first field of each event, and all its other values follow
 * from it.  Events travel in batches; a batch may hold schema changes too.
 *
 * Moments are numbers of file calls (simfs_change_count()): what was
 * acknowledged at a moment must be in every image of a power cut at that
 * moment or later.
 *
 *   R1  Every event of an acknowledged batch is there (D1); of one that was
 *       acknowledged without a sync, after a kill, or if power was cut later
 *       than the bound (D2).
 *   R2  A batch is there entirely or not at all (A1), its events next to each
 *       other and in their order.
 *   R3  Nothing else is there: what was refused, was found absent before, or
 *       had not been sent yet.  Every value is the one that was sent, bit by
 *       bit; a field that is younger than the event has its default.
 *   R4  event_id is 1, 2, 3 ... without a gap (O2); a batch has the ids that
 *       its acknowledgement told, and those it was seen with before (O3).
 *   R5  A batch that was sent after another was acknowledged comes after it
 *       (O1).  One context gives its events in that order.
 *   R6  What a reader has seen stays (D2: what is not durable is not visible).
 *   R7  Schema changes that were acknowledged are there, those that were not
 *       sent are not.
 *   R8  The horizon of a type never goes back.  It is no less than what was
 *       acknowledged or seen, and no more than what was sent, or what follows
 *       from the clock and the shortest `retain`.  No older event is taken or
 *       seen; R1 to R6 hold for all others, and the ids of those that are not
 *       seen any more stay theirs.
 *   R9  The rows of a kept query are those that the query gives, run afresh
 *       over the events up to the position that they are good for: each that
 *       is seen once, and none behind it.  What has gone since stays kept.
 *
 * Threads: one at a time; the harness runs under sched.h.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	ORACLE_TYPES_MAX = 40,
	ORACLE_COLUMNS_MAX = 24,
	ORACLE_CONTEXTS = 24,
	ORACLE_TEXT_MAX = 2048,
	ORACLE_LABELS_MAX = 200,
	ORACLE_ROLES_MAX = 64,
};

#define ORACLE_SERVER_TIME INT64_MIN /* the event has the server's clock */
#define ORACLE_NO_HORIZON  INT64_MIN /* no event is older */

/* ---- values ---- */

enum oracle_kind {
	ORACLE_NUMBER, /* bigint, the event's number, not null */
	ORACLE_INT,    /* bigint */
	ORACLE_TEXT,
	ORACLE_FLOAT,
	ORACLE_DECIMAL, /* numeric(10,2) */
	ORACLE_NUMERIC, /* up to 128 bits, any scale */
	ORACLE_BOOL,
	ORACLE_TIME, /* timestamptz */
	ORACLE_DATE,
	ORACLE_UUID,
	ORACLE_INTERVAL,
	ORACLE_ENUM,
	ORACLE_JSON,
	ORACLE_SOURCE, /* bigint, the number of the event that is kept */
	ORACLE_KIND_COUNT,
};

struct oracle_value {
	bool is_null;
	int64_t number; /* all that is one, and an interval's microseconds */
	int64_t high;   /* a numeric's upper 64 bits */
	int32_t days;   /* of an interval */
	int32_t months; /* of an interval */
	int32_t scale;  /* of a numeric; -1: not a number */
	uint64_t bits;  /* of a float */
	uint8_t bytes[16];
	const char *text; /* borrowed */
	size_t len;
};

bool oracle_equal(enum oracle_kind kind, const struct oracle_value *a,
    const struct oracle_value *b);

/* ---- what was sent ---- */

struct oracle_column {
	enum oracle_kind kind;
	uint32_t made_by;      /* the batch */
	uint64_t default_seed; /* 0: none, reads as null */
};

struct oracle_type {
	char name[16];
	struct oracle_column columns[ORACLE_COLUMNS_MAX];
	uint32_t column_count;
	uint32_t made_by;
	uint32_t dropped_by; /* 0: not dropped */
	uint32_t kept_of;    /* rows of a kept query over this type + 1; or 0 */
	bool is_gone;        /* found absent, with the batch that made it */
};

struct oracle_event {
	uint32_t batch;
	uint16_t type;
	uint16_t column_count; /* that it was written with */
	uint16_t context;
	int64_t timestamp;
	int64_t seen_timestamp; /* ORACLE_SERVER_TIME until it is seen */
	uint64_t source;        /* ORACLE_SOURCE; 0: it is no kept row */
};

enum oracle_fate {
	FATE_OPEN,    /* sent, not known to be there or not */
	FATE_PRESENT, /* found after a kill or a power cut: it stays */
	FATE_ABSENT,  /* refused, or not found: it never comes back */
	FATE_PAST, /* there or not: all of it is too old to be seen, for ever */
};

struct oracle_batch {
	uint64_t first_event; /* number */
	uint32_t event_count;
	bool is_sync;
	bool has_ddl; /* is synced whatever was asked for */
	bool is_acked;
	enum oracle_fate fate;
	uint64_t sent_at;
	uint64_t acked_at;
	int64_t acked_us;
	int64_t begun_wall_us; /* the wall clock, before it had any event */
	uint64_t seen_at;      /* UINT64_MAX: never */
	uint64_t settled_at;   /* with FATE_PRESENT, FATE_PAST */
	uint64_t first_id;     /* 0: not known */
};

/* What a batch has set, or a look has found. */
struct oracle_horizon {
	uint32_t type;
	uint32_t made_by;  /* 0: it was found */
	uint64_t found_at; /* then */
	int64_t retain_us; /* that was set with it; 0: for ever */
	int64_t time;      /* of one type later and later */
};

struct oracle {
	uint64_t seed;
	struct oracle_batch *batches; /* from 1 on; [0] made what was first */
	uint32_t batch_count;
	struct oracle_event *events; /* by number, from 1 on */
	uint64_t event_count;
	struct oracle_type types[ORACLE_TYPES_MAX];
	uint32_t type_count;
	uint32_t label_made_by[ORACLE_LABELS_MAX]; /* of the one enum */
	uint32_t label_count;
	uint32_t role_made_by[ORACLE_ROLES_MAX]; /* each a member of the last */
	uint32_t role_count;
	struct oracle_horizon *horizons;
	uint32_t horizon_count;
	int64_t wall_us_max; /* the latest that the wall clock ever was */
	char why[512];       /* what rule is broken */
};

struct oracle *oracle_new(uint64_t seed);

/* What was known at a moment: later answers and looks are not in it. */
struct oracle *oracle_at(const struct oracle *oracle, uint64_t moment);
void oracle_free(struct oracle *oracle);

/*
 * A new batch and what is in it; the number of the batch.  Then what is put in
 * belongs to it, until the next.
 */
uint32_t oracle_begin_batch(struct oracle *oracle, bool is_sync, uint64_t now,
    int64_t wall_us);
uint64_t oracle_add_event(struct oracle *oracle, uint32_t type,
    uint32_t context, int64_t timestamp);
/* A row of a kept query, of another event. */
void oracle_add_kept(struct oracle *oracle, uint32_t type, uint64_t source,
    int64_t timestamp);
uint32_t oracle_add_type(struct oracle *oracle, const char *name);
/* With its columns: a number and a source. */
uint32_t oracle_add_kept_type(struct oracle *oracle, const char *name,
    uint32_t source_type);
void oracle_add_column(struct oracle *oracle, uint32_t type,
    enum oracle_kind kind, uint64_t default_seed);
void oracle_drop_type(struct oracle *oracle, uint32_t type);
uint32_t oracle_add_label(struct oracle *oracle);
uint32_t oracle_add_role(struct oracle *oracle);
void oracle_set_horizon(struct oracle *oracle, uint32_t type, int64_t retain_us,
    int64_t time);

/* The greatest that may be; ORACLE_NO_HORIZON. */
int64_t oracle_greatest_horizon(const struct oracle *oracle, uint32_t type);

/* The newest batch without its last events: the transaction went back. */
void oracle_rewind(struct oracle *oracle, uint64_t event_count);

void oracle_acked(struct oracle *oracle, uint32_t batch, uint64_t first_id,
    uint64_t now, int64_t now_us);
/* Refused before it had numbers: it will never be there. */
void oracle_refused(struct oracle *oracle, uint32_t batch);

/*
 * R8: an acknowledged batch has no event that was too old when it was sent;
 * false if it has.  Whether a batch may have one, as the engine says.
 */
bool oracle_check_taken(struct oracle *oracle, uint32_t batch);
bool oracle_may_be_too_old(const struct oracle *oracle, uint32_t batch);

/*
 * The process has ended: what it was to sync within the bound of R1 nobody
 * syncs, until the next one has started.
 */
void oracle_ended(struct oracle *oracle, int64_t now_us, int64_t sync_bound_us);

/* A value; `text` is where that of a string is made. */
void oracle_event_value(const struct oracle *oracle, uint64_t event,
    uint32_t column, char text[ORACLE_TEXT_MAX], struct oracle_value *out);
void oracle_default_value(const struct oracle_column *column,
    char text[ORACLE_TEXT_MAX], struct oracle_value *out);
size_t oracle_context_name(uint32_t context, char out[static 64]);

/* ---- what is there ---- */

enum look_kind {
	LOOK_LIVE,      /* a reader, while the engine runs */
	LOOK_AFTER_CUT, /* the first look after a power cut */
	LOOK_AFTER_KILL /* the first look after a kill or a clean stop */
};

struct look {
	enum look_kind kind;
	uint64_t moment;       /* of the cut or the kill, or now */
	int64_t moment_us;     /* the same by the monotonic clock */
	uint64_t noted_at;     /* when what is found was there for sure */
	int64_t sync_bound_us; /* D2: what is older is there after a cut */
	bool is_of_salvage;    /* what is kept of queries was begun anew */
	struct oracle *oracle; /* what follows is the oracle's */
	uint64_t *event_of_id; /* numbers; 0: not seen */
	uint64_t id_count;     /* that were seen */
	uint64_t id_last;
	uint64_t range_end;    /* of the ids of the batches so far */
	uint32_t *seen_count;  /* by batch */
	uint32_t *seen_places; /* by batch: one past the last that was seen */
	uint64_t *seen_first;  /* by batch: id of its first event */
	uint64_t newest_sent;  /* of the batches so far */
	int64_t horizons[ORACLE_TYPES_MAX];
	uint32_t columns_seen[ORACLE_TYPES_MAX];
	bool is_dropped[ORACLE_TYPES_MAX];
	uint32_t label_count;
	uint32_t role_count;
};

/*
 * Begin; then the labels of the enum, the roles, and each type, with its horizon; the
 * values of each event, in any order; each event in the order of event_id; the
 * position; the rows of each kept query; each context (of one type); then judge.  All but begin return false
 * when a rule is broken, which oracle->why tells.
 */
void look_begin(struct look *look, struct oracle *oracle);
bool look_type(struct look *look, uint32_t type, uint32_t column_count,
    bool is_dropped);
bool look_labels(struct look *look, uint32_t count);
bool look_roles(struct look *look, uint32_t count);
bool look_horizon(struct look *look, uint32_t type, int64_t retain_us,
    int64_t time);
bool look_values(struct look *look, uint32_t type, uint64_t event,
    const char *context, size_t context_len, int64_t timestamp,
    const struct oracle_value *values, uint32_t value_count);
bool look_event(struct look *look, uint64_t id, uint64_t event);
bool look_position(struct look *look, uint64_t position);
bool look_kept(struct look *look, uint32_t type, uint64_t position);
bool look_context(struct look *look, uint32_t type, uint32_t context,
    const uint64_t *ids, size_t count);
bool look_judge(struct look *look);

/*
 * What this look has found is how it is from now on: open batches get their
 * fate, or, of a live look, were seen.
 */
void look_settle(struct look *look);
void look_end(struct look *look);
