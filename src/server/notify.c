/* SPDX-License-Identifier: Apache-2.0 */
#include "server/notify.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/hash.h"
#include "wire/pg_backend.h"

/* What was published, shared by those who are told. */
struct notice {
	uint32_t refs; /* the hub's mutex */
	int32_t pid;
	/* Events: their numbers stand for the payload.  0: there are none. */
	uint64_t first_id;
	uint64_t count;
	size_t channel_len, payload_len;
	char text[]; /* the channel, the payload */
};

struct notify_entry {
	struct notify_entry *next;
	struct notice *notice;
	uint64_t told; /* of its events */
};

struct notify_channel {
	struct notify_channel *next; /* in its bucket */
	struct notify_link *links;   /* of all who listen */
	size_t len;
	char name[];
};

struct notify_link {
	struct notify_link *next_of_channel;
	struct notify_link *next_of_listener;
	struct notify_channel *channel;
	struct notify_listener *listener;
};

void
notify_hub_init(struct notify_hub *hub)
{
	pthread_mutex_init(&hub->mutex, NULL);
	atomic_init(&hub->channel_count, 0);
}

void
notify_hub_release(struct notify_hub *hub)
{
	pthread_mutex_destroy(&hub->mutex);
}

/* ---- channels; all below with the mutex ---- */

static struct notify_channel **
channel_place(struct notify_hub *hub, struct str name)
{
	uint64_t hash = hash_bytes(name.data, name.len);
	struct notify_channel **place = &hub->buckets[hash % NOTIFY_BUCKETS];

	while (*place != NULL &&
	    !str_equal(str_of((*place)->name, (*place)->len), name))
		place = &(*place)->next;
	return place;
}

static struct notify_channel *
channel_need(struct notify_hub *hub, struct str name)
{
	struct notify_channel **place = channel_place(hub, name);
	struct notify_channel *channel = *place;

	if (channel != NULL)
		return channel;
	channel = malloc(sizeof(*channel) + name.len);
	if (channel == NULL)
		return NULL;
	*channel = (struct notify_channel){ .len = name.len };
	memcpy(channel->name, name.data, name.len);
	*place = channel;
	atomic_fetch_add_explicit(&hub->channel_count, 1, memory_order_release);
	return channel;
}

static void
channel_free_unused(struct notify_hub *hub, struct notify_channel *channel)
{
	struct notify_channel **place;

	if (channel->links != NULL)
		return;
	place = channel_place(hub, str_of(channel->name, channel->len));
	*place = channel->next;
	free(channel);
	atomic_fetch_sub_explicit(&hub->channel_count, 1, memory_order_release);
}

static struct notify_link **
link_place(struct notify_listener *listener, struct str name)
{
	struct notify_link **place = &listener->links;

	while (*place != NULL &&
	    !str_equal(str_of((*place)->channel->name, (*place)->channel->len),
		name))
		place = &(*place)->next_of_listener;
	return place;
}

static void
link_remove(struct notify_hub *hub, struct notify_link **place)
{
	struct notify_link *link = *place;
	struct notify_link **in_channel = &link->channel->links;

	while (*in_channel != link)
		in_channel = &(*in_channel)->next_of_channel;
	*in_channel = link->next_of_channel;
	*place = link->next_of_listener;
	link->listener->link_count--;
	channel_free_unused(hub, link->channel);
	free(link);
}

/* ---- listening ---- */

static int
listen_locked(struct notify_hub *hub, struct notify_listener *listener,
    struct str name, struct error *err)
{
	struct notify_link **place = link_place(listener, name);
	struct notify_channel *channel;
	struct notify_link *link;

	if (*place != NULL)
		return 0;
	if (listener->link_count == NOTIFY_CHANNELS_MAX)
		return error_set(err, STELE_E_CONFIG_LIMIT_EXCEEDED,
		    "cannot listen on more than %d channels",
		    NOTIFY_CHANNELS_MAX);
	link = malloc(sizeof(*link));
	channel = link == NULL ? NULL : channel_need(hub, name);
	if (channel == NULL) {
		free(link);
		return error_no_memory(err);
	}
	*link = (struct notify_link){
		.next_of_channel = channel->links,
		.channel = channel,
		.listener = listener,
	};
	channel->links = link;
	*place = link;
	listener->link_count++;
	return 0;
}

int
notify_listen(struct notify_hub *hub, struct notify_listener *listener,
    struct str channel, struct error *err)
{
	int rc;

	pthread_mutex_lock(&hub->mutex);
	rc = listen_locked(hub, listener, channel, err);
	pthread_mutex_unlock(&hub->mutex);
	return rc;
}

bool
notify_listens(struct notify_hub *hub, const struct notify_listener *listener,
    struct str channel)
{
	const struct notify_link *link;

	pthread_mutex_lock(&hub->mutex);
	for (link = listener->links; link != NULL;
	     link = link->next_of_listener)
		if (str_equal(str_of(link->channel->name, link->channel->len),
			channel))
			break;
	pthread_mutex_unlock(&hub->mutex);
	return link != NULL;
}

void
notify_unlisten(struct notify_hub *hub, struct notify_listener *listener,
    struct str channel)
{
	struct notify_link **place;

	pthread_mutex_lock(&hub->mutex);
	place = link_place(listener, channel);
	if (*place != NULL)
		link_remove(hub, place);
	pthread_mutex_unlock(&hub->mutex);
}

void
notify_each_channel(struct notify_hub *hub,
    const struct notify_listener *listener,
    void (*fn)(void *arg, struct str channel), void *arg)
{
	pthread_mutex_lock(&hub->mutex);
	for (const struct notify_link *link = listener->links; link != NULL;
	     link = link->next_of_listener)
		fn(arg, str_of(link->channel->name, link->channel->len));
	pthread_mutex_unlock(&hub->mutex);
}

/* ---- queues; with the mutex ---- */

static size_t
entry_bytes(const struct notice *notice)
{
	return sizeof(struct notify_entry) + sizeof(*notice) +
	    notice->channel_len + notice->payload_len;
}

static void
notice_unref(struct notice *notice)
{
	if (--notice->refs == 0)
		free(notice);
}

static void
queue_pop(struct notify_listener *listener)
{
	struct notify_entry *entry = listener->first;

	listener->first = entry->next;
	if (listener->first == NULL)
		listener->last = NULL;
	listener->queue_bytes -= entry_bytes(entry->notice);
	notice_unref(entry->notice);
	free(entry);
}

static void
queue_push(struct notify_listener *listener, struct notice *notice)
{
	size_t bytes = entry_bytes(notice);
	struct notify_entry *entry = NULL;

	if (listener->is_lost)
		return;
	if (listener->queue_bytes + bytes <= NOTIFY_QUEUE_BYTES)
		entry = calloc(1, sizeof(*entry));
	if (entry == NULL) {
		listener->is_lost = true;
	} else {
		entry->notice = notice;
		notice->refs++;
		if (listener->last == NULL)
			listener->first = entry;
		else
			listener->last->next = entry;
		listener->last = entry;
		listener->queue_bytes += bytes;
	}
	if (listener->first == NULL || listener->first == entry ||
	    entry == NULL)
		listener->wake(listener->arg);
}

void
notify_unlisten_all(struct notify_hub *hub, struct notify_listener *listener)
{
	pthread_mutex_lock(&hub->mutex);
	while (listener->links != NULL)
		link_remove(hub, &listener->links);
	while (listener->first != NULL)
		queue_pop(listener);
	listener->is_lost = false;
	pthread_mutex_unlock(&hub->mutex);
}

/* ---- telling ---- */

static void
put_response(const struct notice *notice, struct str payload, struct buf *out)
{
	size_t begin = pg_begin(out, 'A');

	buf_put_u32_be(out, (uint32_t)notice->pid);
	buf_put_str(out, str_of(notice->text, notice->channel_len));
	buf_put_u8(out, 0);
	buf_put_str(out, payload);
	buf_put_u8(out, 0);
	pg_end(out, begin);
}

/* One response of the entry; true if it was the last. */
static bool
put_entry(struct notify_entry *entry, struct buf *out)
{
	const struct notice *notice = entry->notice;
	struct str channel = str_of(notice->text, notice->channel_len);
	char payload[NOTIFY_PAYLOAD_MAX];

	if (notice->count == 0) {
		put_response(notice,
		    str_of(notice->text + notice->channel_len,
			notice->payload_len),
		    out);
		return true;
	}
	(void)snprintf(payload, sizeof(payload), "%.*s:%" PRIu64,
	    STR_FMT(channel), notice->first_id + entry->told);
	put_response(notice, str_of_cstr(payload), out);
	return ++entry->told == notice->count;
}

bool
notify_put(struct notify_hub *hub, struct notify_listener *listener,
    struct buf *out, size_t out_max, bool *is_lost)
{
	bool is_left;

	pthread_mutex_lock(&hub->mutex);
	while (listener->first != NULL && out->len < out_max && !out->failed)
		if (put_entry(listener->first, out))
			queue_pop(listener);
	is_left = listener->first != NULL;
	*is_lost = listener->is_lost && !is_left;
	pthread_mutex_unlock(&hub->mutex);
	return is_left;
}

bool
notify_is_waiting(struct notify_hub *hub,
    const struct notify_listener *listener)
{
	bool is_waiting;

	pthread_mutex_lock(&hub->mutex);
	is_waiting = listener->first != NULL || listener->is_lost;
	pthread_mutex_unlock(&hub->mutex);
	return is_waiting;
}

double
notify_usage(struct notify_hub *hub)
{
	size_t most = 0;

	pthread_mutex_lock(&hub->mutex);
	for (uint32_t i = 0; i < NOTIFY_BUCKETS; i++)
		for (struct notify_channel *channel = hub->buckets[i];
		     channel != NULL; channel = channel->next)
			for (struct notify_link *link = channel->links;
			     link != NULL; link = link->next_of_channel)
				if (link->listener->queue_bytes > most)
					most = link->listener->queue_bytes;
	pthread_mutex_unlock(&hub->mutex);
	return (double)most / (double)NOTIFY_QUEUE_BYTES;
}

/* ---- publishing ---- */

bool
notify_is_listened(struct notify_hub *hub, struct str channel)
{
	bool is_listened;

	if (!notify_is_used(hub))
		return false;
	pthread_mutex_lock(&hub->mutex);
	is_listened = *channel_place(hub, channel) != NULL;
	pthread_mutex_unlock(&hub->mutex);
	return is_listened;
}

/* Without memory everybody on the channel has lost something. */
static void
lose(const struct notify_channel *channel)
{
	for (struct notify_link *link = channel->links; link != NULL;
	     link = link->next_of_channel) {
		link->listener->is_lost = true;
		link->listener->wake(link->listener->arg);
	}
}

static void
publish(const struct notify_channel *channel, const struct notice *head,
    struct str payload)
{
	struct notice *notice =
	    malloc(sizeof(*notice) + channel->len + payload.len);

	if (notice == NULL) {
		lose(channel);
		return;
	}
	*notice = *head;
	notice->refs = 1;
	notice->channel_len = channel->len;
	notice->payload_len = payload.len;
	memcpy(notice->text, channel->name, channel->len);
	if (payload.len > 0)
		memcpy(notice->text + channel->len, payload.data, payload.len);
	for (struct notify_link *link = channel->links; link != NULL;
	     link = link->next_of_channel)
		queue_push(link->listener, notice);
	notice_unref(notice);
}

static void
publish_to(struct notify_hub *hub, struct str name, const struct notice *head,
    struct str payload)
{
	const struct notify_channel *channel;

	if (!notify_is_used(hub))
		return;
	pthread_mutex_lock(&hub->mutex);
	channel = *channel_place(hub, name);
	if (channel != NULL)
		publish(channel, head, payload);
	pthread_mutex_unlock(&hub->mutex);
}

void
notify_lose(struct notify_hub *hub, struct str name)
{
	const struct notify_channel *channel;

	pthread_mutex_lock(&hub->mutex);
	channel = *channel_place(hub, name);
	if (channel != NULL)
		lose(channel);
	pthread_mutex_unlock(&hub->mutex);
}

void
notify_publish(struct notify_hub *hub, int32_t pid, struct str channel,
    struct str payload)
{
	const struct notice head = { .pid = pid };

	publish_to(hub, channel, &head, payload);
}

void
notify_publish_events(struct notify_hub *hub, int32_t pid, struct str channel,
    uint64_t first_id, uint64_t count)
{
	const struct notice head = {
		.pid = pid,
		.first_id = first_id,
		.count = count,
	};

	publish_to(hub, channel, &head, str_of("", 0));
}
