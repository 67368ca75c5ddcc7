/* SPDX-License-Identifier: Apache-2.0 */
#include "common/config.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "common/config_private.h"
#include "common/error.h"

#define NAME_SIZE 64

/* In source_lines, where 0 is the default and all else a line of the file. */
#define SOURCE_ARGUMENT UINT32_MAX

static void *
slot_of(struct config *config, const struct config_option *opt)
{
	return (char *)config + opt->offset;
}

static const void *
const_slot_of(const struct config *config, const struct config_option *opt)
{
	return (const char *)config + opt->offset;
}

static int64_t
slot_number(const void *slot, enum config_type type)
{
	switch (type) {
	case CONFIG_BOOL:
		return *(const bool *)slot;
	case CONFIG_INT:
	case CONFIG_ENUM:
		return *(const int *)slot;
	case CONFIG_SIZE:
	case CONFIG_DURATION:
		return *(const int64_t *)slot;
	case CONFIG_STRING:
		break;
	}
	assert(type != CONFIG_STRING);
	return 0;
}

static void
slot_set_number(void *slot, enum config_type type, int64_t number)
{
	switch (type) {
	case CONFIG_BOOL:
		*(bool *)slot = number != 0;
		break;
	case CONFIG_INT:
	case CONFIG_ENUM:
		*(int *)slot = (int)number;
		break;
	case CONFIG_SIZE:
	case CONFIG_DURATION:
		*(int64_t *)slot = number;
		break;
	case CONFIG_STRING:
		assert(type != CONFIG_STRING);
		break;
	}
}

/* Replace a string by a copy of `text`; false if there is no memory. */
static bool
slot_set_text(void *slot, struct str text)
{
	char **target = slot;
	char *copy = strndup(text.len == 0 ? "" : text.data, text.len);

	if (copy == NULL)
		return false;
	free(*target);
	*target = copy;
	return true;
}

static int
slot_set(void *slot, const struct config_option *opt,
    const struct config_value *value, struct error *err)
{
	if (opt->type != CONFIG_STRING)
		slot_set_number(slot, opt->type, value->number);
	else if (!slot_set_text(slot, value->text))
		return error_no_memory(err);
	return 0;
}

struct config *
config_new(void)
{
	struct config *config = calloc(1, sizeof(*config));

	if (config == NULL)
		return NULL;
	atomic_init(&config->ref_count, 1);
	for (size_t i = 0; i < config_option_count(); i++) {
		const struct config_option *opt = config_option_at(i);
		struct config_value value = { .number = opt->def };
		struct error err;

		if (opt->type == CONFIG_STRING)
			value.text = str_of_cstr(opt->def_text);
		if (slot_set(slot_of(config, opt), opt, &value, &err) != 0) {
			config_unref(config);
			return NULL;
		}
	}
	return config;
}

struct config *
config_ref(struct config *config)
{
	/* Whoever hands out the pointer holds a reference: no order needed. */
	atomic_fetch_add_explicit(&config->ref_count, 1, memory_order_relaxed);
	return config;
}

void
config_unref(struct config *config)
{
	/* Release: our reads are over; acquire: those of the others are. */
	if (config == NULL ||
	    atomic_fetch_sub_explicit(&config->ref_count, 1,
		memory_order_acq_rel) != 1)
		return;
	for (size_t i = 0; i < config_option_count(); i++) {
		const struct config_option *opt = config_option_at(i);

		if (opt->type == CONFIG_STRING)
			free(*(char **)slot_of(config, opt));
	}
	free(config);
}

static size_t
row_of(const struct config_option *opt)
{
	return (size_t)(opt - config_option_at(0));
}

int
config_set_from(struct config *config, struct str name, struct str text,
    uint32_t source_line, struct error *err)
{
	const struct config_option *opt = config_option_find(name);
	struct config_value value;
	int rc;

	if (opt == NULL)
		return error_set(err, STELE_E_UNDEFINED_OBJECT,
		    "unrecognized configuration parameter \"%.*s\"",
		    STR_FMT(name));
	rc = config_value_parse(opt, text, &value, err);
	if (rc == 0)
		rc = slot_set(slot_of(config, opt), opt, &value, err);
	if (rc == 0)
		config->source_lines[row_of(opt)] = source_line;
	return rc;
}

int
config_set(struct config *config, struct str name, struct str text,
    struct error *err)
{
	return config_set_from(config, name, text, 0, err);
}

int
config_set_argument(struct config *config, struct str argument,
    struct error *err)
{
	char name[NAME_SIZE];
	const char *equals =
	    argument.len == 0 ? NULL : memchr(argument.data, '=', argument.len);
	size_t len, used;

	if (equals == NULL)
		return error_set(err, STELE_E_SYNTAX,
		    "-c %.*s requires a value", STR_FMT(argument));
	len = (size_t)(equals - argument.data);
	if (len >= sizeof(name))
		return error_set(err, STELE_E_UNDEFINED_OBJECT,
		    "unrecognized configuration parameter \"%.*s\"", (int)len,
		    argument.data);
	for (size_t i = 0; i < len; i++)
		name[i] = argument.data[i] == '-' ? '_' : argument.data[i];
	used = len + 1;
	return config_set_from(config, str_of(name, len),
	    str_of(argument.data + used, argument.len - used), SOURCE_ARGUMENT,
	    err);
}

enum config_source
config_source_of(const struct config *config, const struct config_option *opt,
    uint32_t *line)
{
	uint32_t source = config->source_lines[row_of(opt)];

	*line = source == SOURCE_ARGUMENT ? 0 : source;
	if (source == SOURCE_ARGUMENT)
		return CONFIG_FROM_ARGUMENT;
	return source == 0 ? CONFIG_FROM_DEFAULT : CONFIG_FROM_FILE;
}

static bool
same_value(const struct config *a, const struct config *b,
    const struct config_option *opt)
{
	const void *in_a = const_slot_of(a, opt), *in_b = const_slot_of(b, opt);

	if (opt->type == CONFIG_STRING)
		return strcmp(*(char *const *)in_a, *(char *const *)in_b) == 0;
	return slot_number(in_a, opt->type) == slot_number(in_b, opt->type);
}

int
config_keep_startup(struct config *next, const struct config *running,
    struct buf *pending, struct error *err)
{
	for (size_t i = 0; i < config_option_count(); i++) {
		const struct config_option *opt = config_option_at(i);
		const void *slot = const_slot_of(running, opt);
		struct config_value value = { .number = 0 };
		int rc;

		if (opt->reload != CONFIG_STARTUP ||
		    same_value(next, running, opt))
			continue;
		buf_printf(pending, "%s%s", pending->len == 0 ? "" : ", ",
		    opt->name);
		if (opt->type == CONFIG_STRING)
			value.text = str_of_cstr(*(char *const *)slot);
		else
			value.number = slot_number(slot, opt->type);
		rc = slot_set(slot_of(next, opt), opt, &value, err);
		if (rc != 0)
			return rc;
		next->source_lines[i] = running->source_lines[i];
	}
	return 0;
}

void
config_show(const struct config *config, const struct config_option *opt,
    struct buf *out)
{
	const void *slot = const_slot_of(config, opt);

	if (opt->type == CONFIG_STRING)
		buf_put_cstr(out, *(char *const *)slot);
	else
		config_value_show(opt, slot_number(slot, opt->type), out);
}

/* In the option's unit, if it has one. */
static void
show_plain(const struct config_option *opt, int64_t number, struct buf *out)
{
	if (opt->unit == NULL) {
		config_value_show(opt, number, out);
		return;
	}
	if (number > 0)
		number /= config_unit_factor(opt);
	buf_printf(out, "%" PRId64, number);
}

void
config_show_setting(const struct config *config,
    const struct config_option *opt, struct buf *out)
{
	if (opt->type == CONFIG_STRING)
		config_show(config, opt, out);
	else
		show_plain(opt,
		    slot_number(const_slot_of(config, opt), opt->type), out);
}

void
config_show_default(const struct config_option *opt, struct buf *out)
{
	if (opt->type == CONFIG_STRING)
		buf_put_cstr(out, opt->def_text);
	else
		show_plain(opt, opt->def, out);
}

bool
config_option_is_of_session(const struct config_option *opt)
{
	return opt->reload == CONFIG_SUPERUSER || opt->reload == CONFIG_SESSION;
}

static size_t
offset_in_session(const struct config_option *opt)
{
	assert(config_option_is_of_session(opt));
	return opt->offset - offsetof(struct config, session);
}

static void *
session_slot(struct config_session *session, const struct config_option *opt)
{
	return (char *)session + offset_in_session(opt);
}

/* Of the word set_bits[row_of(opt) / 64]. */
static uint64_t
set_bit(const struct config_option *opt)
{
	return UINT64_C(1) << (row_of(opt) % 64);
}

static int
check_session_may_set(const struct config_option *opt, struct error *err)
{
	switch (opt->reload) {
	case CONFIG_STARTUP:
		return error_set(err, STELE_E_CANT_CHANGE_PARAM,
		    "parameter \"%s\" cannot be changed without restarting "
		    "the server",
		    opt->name);
	case CONFIG_SIGHUP:
		return error_set(err, STELE_E_CANT_CHANGE_PARAM,
		    "parameter \"%s\" cannot be changed now", opt->name);
	case CONFIG_SUPERUSER:
	case CONFIG_SESSION:
		break;
	}
	return 0;
}

int
config_session_set(struct config_session *session,
    const struct config_option *opt, struct str text, struct error *err)
{
	struct config_value value;
	int rc;

	rc = check_session_may_set(opt, err);
	if (rc == 0)
		rc = config_value_parse(opt, text, &value, err);
	if (rc != 0)
		return rc;
	slot_set_number(session_slot(session, opt), opt->type, value.number);
	session->set_bits[row_of(opt) / 64] |= set_bit(opt);
	return 0;
}

int
config_session_reset(struct config_session *session,
    const struct config *config, const struct config_option *opt,
    struct error *err)
{
	int rc = check_session_may_set(opt, err);

	if (rc != 0)
		return rc;
	slot_set_number(session_slot(session, opt), opt->type,
	    slot_number(const_slot_of(config, opt), opt->type));
	session->set_bits[row_of(opt) / 64] &= ~set_bit(opt);
	return 0;
}

bool
config_session_is_set(const struct config_session *session,
    const struct config_option *opt)
{
	return (session->set_bits[row_of(opt) / 64] & set_bit(opt)) != 0;
}

void
config_session_show(const struct config_session *session,
    const struct config *config, const struct config_option *opt,
    struct buf *out)
{
	const char *slot;

	if (!config_option_is_of_session(opt)) {
		config_show(config, opt, out);
		return;
	}
	slot = (const char *)session + offset_in_session(opt);
	config_value_show(opt, slot_number(slot, opt->type), out);
}

void
config_session_show_setting(const struct config_session *session,
    const struct config *config, const struct config_option *opt,
    struct buf *out)
{
	const char *slot;

	if (!config_option_is_of_session(opt)) {
		config_show_setting(config, opt, out);
		return;
	}
	slot = (const char *)session + offset_in_session(opt);
	show_plain(opt, slot_number(slot, opt->type), out);
}

void
config_session_follow(struct config_session *session,
    const struct config *config)
{
	for (size_t i = 0; i < config_option_count(); i++) {
		const struct config_option *opt = config_option_at(i);

		if (!config_option_is_of_session(opt) ||
		    config_session_is_set(session, opt))
			continue;
		slot_set_number(session_slot(session, opt), opt->type,
		    slot_number(const_slot_of(config, opt), opt->type));
	}
}
