/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hba_parse.c -- words into rules, a line at a time.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "server/hba/hba_private.h"

struct line {
	struct hba_tokens *tokens;
	struct arena *arena;
	const struct hba_reader *reader;
	struct hba_rule *rule;
};

static const char *const type_names[] = {
	[HBA_LOCAL] = "local",
	[HBA_HOST] = "host",
	[HBA_HOSTSSL] = "hostssl",
	[HBA_HOSTNOSSL] = "hostnossl",
};

static const char *const method_names[] = {
	[HBA_TRUST] = "trust",
	[HBA_REJECT] = "reject",
	[HBA_SCRAM] = "scram-sha-256",
	[HBA_PASSWORD] = "password",
	[HBA_CERT] = "cert",
	[HBA_PEER] = "peer",
};

const char *
hba_type_name(enum hba_type type)
{
	return type_names[type];
}

const char *
hba_method_name(enum hba_method method)
{
	return method_names[method];
}

/* The line has this mistake; false, for `return mistake(...)`. */
static bool PRINTF_LIKE(3, 4)
    mistake(struct line *line, int column, const char *fmt, ...)
{
	struct error text;
	va_list ap;

	if (line->rule->mistake.len > 0)
		return false;
	va_start(ap, fmt);
	(void)vsnprintf(text.message, sizeof(text.message), fmt, ap);
	va_end(ap);
	line->rule->mistake = arena_str(line->arena, str_of_cstr(text.message));
	line->rule->mistake_line = line->tokens->token_line;
	line->rule->mistake_column = column;
	return false;
}

/* The next word; `what` is what is missing if there is none. */
static bool
take_word(struct line *line, const char *what, struct hba_word *word)
{
	switch (hba_next_word(line->tokens, line->arena, word)) {
	case HBA_WORD:
		return true;
	case HBA_OPEN_QUOTE:
		return mistake(line, word->column, "unterminated quoted name");
	case HBA_LINE_END:
	case HBA_FILE_END:
		break;
	}
	return mistake(line, hba_column(line->tokens), "end-of-line before %s",
	    what);
}

/* A field that is no list. */
static bool
take_single(struct line *line, const char *what, struct hba_word *word)
{
	if (!take_word(line, what, word))
		return false;
	if (word->has_comma)
		return mistake(line, word->column,
		    "multiple values specified for %s", what);
	return true;
}

/* A list of names, separated by commas. */
static bool
take_names(struct line *line, const char *what, struct hba_names *out)
{
	struct hba_name *names = NULL;
	uint32_t count = 0, room = 0;
	struct hba_word word;

	do {
		if (!take_word(line, what, &word))
			return false;
		if (!word.name.is_quoted && word.name.text.len > 0 &&
		    word.name.text.data[0] == '@')
			return mistake(line, word.column,
			    "lists in other files are not supported: \"%.*s\"",
			    STR_FMT(word.name.text));
		if (count == room) {
			struct hba_name *more;

			room = room == 0 ? 4 : room * 2;
			more =
			    arena_alloc_array(line->arena, room, sizeof(*more));
			if (count > 0)
				memcpy(more, names, count * sizeof(*more));
			names = more;
		}
		names[count++] = word.name;
	} while (word.has_comma);
	*out = (struct hba_names){ .names = names, .count = count };
	return true;
}

/* ---- the fields ---- */

static bool
is_word(const struct hba_word *word, const char *text)
{
	return str_equal(word->name.text, str_of_cstr(text));
}

static bool
read_type(struct line *line, const struct hba_word *word)
{
	if (str_starts_with(word->name.text, STR("include")))
		return mistake(line, word->column,
		    "\"%.*s\" is not supported: all rules are in one file",
		    STR_FMT(word->name.text));
	if (is_word(word, "hostgssenc"))
		return mistake(line, word->column,
		    "\"hostgssenc\" is not supported: there is no GSSAPI");
	if (is_word(word, "hostnogssenc")) {
		line->rule->type = HBA_HOST;
		return true;
	}
	for (unsigned i = 0; i < ARRAY_LEN(type_names); i++)
		if (is_word(word, type_names[i])) {
			line->rule->type = (enum hba_type)i;
			return true;
		}
	return mistake(line, word->column, "invalid connection type \"%.*s\"",
	    STR_FMT(word->name.text));
}

/* Digits only; more than any mask has if it is none. */
static unsigned
parse_bits(struct str text)
{
	unsigned value = 0;

	if (text.len == 0 || text.len > 3)
		return 999;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return 999;
		value = value * 10 + (unsigned)(text.data[i] - '0');
	}
	return value;
}

/* The mask is a field of its own. */
static bool
read_mask(struct line *line)
{
	struct hba_rule *rule = line->rule;
	struct hba_word word;

	if (!take_single(line, "netmask specification", &word))
		return false;
	if (!hba_address_parse(word.name.text, &rule->mask))
		return mistake(line, word.column, "invalid IP mask \"%.*s\"",
		    STR_FMT(word.name.text));
	if (rule->mask.len != rule->address.len)
		return mistake(line, word.column,
		    "IP address and mask do not match");
	return true;
}

static bool
read_address_mask(struct line *line, const struct hba_word *word)
{
	struct str text = word->name.text;
	const char *slash =
	    text.len == 0 ? NULL : memchr(text.data, '/', text.len);
	struct hba_rule *rule = line->rule;
	struct str number = text;

	if (slash != NULL)
		number.len = (size_t)(slash - text.data);
	rule->address_kind = HBA_ADDRESS_MASK;
	if (!hba_address_parse(number, &rule->address))
		return mistake(line, word->column,
		    "invalid IP address \"%.*s\"", STR_FMT(number));
	if (slash == NULL)
		return read_mask(line);
	if (!hba_mask_of_bits(rule->address.len,
		parse_bits(str_of(slash + 1, text.len - number.len - 1)),
		&rule->mask))
		return mistake(line, word->column,
		    "invalid CIDR mask in address \"%.*s\"", STR_FMT(text));
	return true;
}

static bool
read_address(struct line *line)
{
	struct hba_rule *rule = line->rule;
	struct hba_word word;

	if (rule->type == HBA_LOCAL)
		return true;
	if (!take_single(line, "IP address specification", &word))
		return false;
	if (word.name.is_quoted)
		return read_address_mask(line, &word);
	if (is_word(&word, "all"))
		rule->address_kind = HBA_ADDRESS_ALL;
	else if (is_word(&word, "samehost"))
		rule->address_kind = HBA_ADDRESS_SAMEHOST;
	else if (is_word(&word, "samenet"))
		rule->address_kind = HBA_ADDRESS_SAMENET;
	else
		return read_address_mask(line, &word);
	return true;
}

static bool
is_remote(const struct hba_rule *rule)
{
	struct hba_address most;

	switch (rule->address_kind) {
	case HBA_ADDRESS_NONE:
	case HBA_ADDRESS_SAMEHOST:
		return false;
	case HBA_ADDRESS_ALL:
	case HBA_ADDRESS_SAMENET:
		return true;
	case HBA_ADDRESS_MASK:
		break;
	}
	/* 127.0.0.0/8 and what lies in it; ::1/128. */
	if (!hba_address_is_loopback(&rule->address) ||
	    !hba_mask_of_bits(rule->mask.len, rule->mask.len == 4 ? 8 : 128,
		&most))
		return true;
	return !hba_address_in(&most, &rule->mask, &most);
}

/* Whether the method can be had over such a connection. */
static bool
check_method(struct line *line, int column)
{
	const struct hba_rule *rule = line->rule;

	switch (rule->method) {
	case HBA_REJECT:
	case HBA_SCRAM:
		return true;
	case HBA_TRUST:
		if (line->reader->allows_remote_trust || !is_remote(rule))
			return true;
		return mistake(line, column,
		    "trust beyond loopback needs allow_remote_trust = on");
	case HBA_PASSWORD:
		if (rule->type == HBA_HOSTSSL)
			return true;
		return mistake(line, column,
		    "password authentication is only supported on hostssl "
		    "connections");
	case HBA_CERT:
		if (rule->type == HBA_HOSTSSL)
			return true;
		return mistake(line, column,
		    "cert authentication is only supported on hostssl "
		    "connections");
	case HBA_PEER:
		if (rule->type == HBA_LOCAL)
			return true;
		return mistake(line, column,
		    "peer authentication is only supported on local sockets");
	}
	return true;
}

static bool
read_method(struct line *line)
{
	static const char *const refused[] = { "gss", "sspi", "ldap", "radius",
		"pam", "bsd", "ident" };
	struct hba_rule *rule = line->rule;
	struct hba_word word;

	if (!take_single(line, "authentication method", &word))
		return false;
	for (unsigned i = 0; i < ARRAY_LEN(refused); i++)
		if (is_word(&word, refused[i]))
			return mistake(line, word.column,
			    "authentication method \"%s\" is not supported",
			    refused[i]);
	if (is_word(&word, "md5")) {
		rule->method = HBA_SCRAM;
		return true;
	}
	for (unsigned i = 0; i < ARRAY_LEN(method_names); i++)
		if (is_word(&word, method_names[i])) {
			rule->method = (enum hba_method)i;
			if (rule->method == HBA_CERT)
				rule->client_cert = HBA_CERT_NAMED;
			return check_method(line, word.column);
		}
	return mistake(line, word.column,
	    "invalid authentication method \"%.*s\"", STR_FMT(word.name.text));
}

static bool
set_client_cert(struct line *line, const struct hba_word *word,
    struct str value)
{
	struct hba_rule *rule = line->rule;

	if (rule->type != HBA_HOSTSSL)
		return mistake(line, word->column,
		    "clientcert can only be configured for \"hostssl\" rows");
	if (str_equal(value, STR("verify-full")))
		rule->client_cert = HBA_CERT_NAMED;
	else if (!str_equal(value, STR("verify-ca")))
		return mistake(line, word->column,
		    "invalid value for clientcert: \"%.*s\"", STR_FMT(value));
	else if (rule->method == HBA_CERT)
		return mistake(line, word->column,
		    "clientcert only accepts \"verify-full\" when using "
		    "\"cert\" authentication");
	else
		rule->client_cert = HBA_CERT_SIGNED;
	return true;
}

static bool
set_client_name(struct line *line, const struct hba_word *word,
    struct str value)
{
	if (line->rule->type != HBA_HOSTSSL)
		return mistake(line, word->column,
		    "clientname can only be configured for \"hostssl\" rows");
	if (!str_equal(value, STR("CN")) && !str_equal(value, STR("DN")))
		return mistake(line, word->column,
		    "invalid value for clientname: \"%.*s\"", STR_FMT(value));
	line->rule->name_is_dn = str_equal(value, STR("DN"));
	return true;
}

static bool
read_option(struct line *line, const struct hba_word *word)
{
	struct str text = word->name.text;
	const char *equals =
	    text.len == 0 ? NULL : memchr(text.data, '=', text.len);
	struct str name, value;

	if (equals == NULL)
		return mistake(line, word->column,
		    "authentication option not in name=value format: %.*s",
		    STR_FMT(text));
	name = str_of(text.data, (size_t)(equals - text.data));
	value = str_of(equals + 1, text.len - name.len - 1);
	if (str_equal(name, STR("clientcert")))
		return set_client_cert(line, word, value);
	if (str_equal(name, STR("clientname")))
		return set_client_name(line, word, value);
	if (str_equal(name, STR("map")))
		return mistake(line, word->column,
		    "user name maps are not supported");
	return mistake(line, word->column,
	    "unrecognized authentication option name: \"%.*s\"", STR_FMT(name));
}

static bool
read_options(struct line *line)
{
	struct hba_word word;

	for (;;) {
		switch (hba_next_word(line->tokens, line->arena, &word)) {
		case HBA_WORD:
			if (!read_option(line, &word))
				return false;
			break;
		case HBA_OPEN_QUOTE:
			return mistake(line, word.column,
			    "unterminated quoted name");
		case HBA_LINE_END:
		case HBA_FILE_END:
			return true;
		}
	}
}

/* ---- the file ---- */

static struct hba_rule *
add_rule(struct hba *hba)
{
	if (hba->rule_count == hba->rule_room) {
		uint32_t room = hba->rule_room == 0 ? 16 : hba->rule_room * 2;
		struct hba_rule *rules =
		    arena_alloc_array(&hba->arena, room, sizeof(*rules));

		if (hba->rule_count > 0)
			memcpy(rules, hba->rules,
			    hba->rule_count * sizeof(*rules));
		hba->rules = rules;
		hba->rule_room = room;
	}
	hba->rules[hba->rule_count] = (struct hba_rule){ .line = 0 };
	return &hba->rules[hba->rule_count++];
}

/* One line, unless there is nothing on it. */
static void
read_line(struct hba *hba, struct hba_tokens *tokens,
    const struct hba_reader *reader)
{
	struct line line = {
		.tokens = tokens,
		.arena = &hba->arena,
		.reader = reader,
	};
	struct hba_word word;
	enum hba_token token = hba_next_word(tokens, &hba->arena, &word);

	if (token == HBA_LINE_END || token == HBA_FILE_END)
		return;
	line.rule = add_rule(hba);
	line.rule->line = tokens->token_line;
	if (token == HBA_OPEN_QUOTE) {
		(void)mistake(&line, word.column, "unterminated quoted name");
		return;
	}
	if (word.has_comma) {
		(void)mistake(&line, word.column,
		    "multiple values specified for connection type");
		return;
	}
	(void)(read_type(&line, &word) &&
	    take_names(&line, "database specification",
		&line.rule->databases) &&
	    take_names(&line, "role specification", &line.rule->roles) &&
	    read_address(&line) && read_method(&line) && read_options(&line));
}

static void
keep_networks(struct hba *hba, const struct hba_reader *reader)
{
	size_t count = reader->network_count;

	if (count == 0)
		return;
	hba->networks =
	    arena_alloc_array(&hba->arena, count, sizeof(*hba->networks));
	memcpy(hba->networks, reader->networks, count * sizeof(*hba->networks));
	hba->network_count = reader->network_count;
}

int
hba_parse(struct str text, const struct hba_reader *reader, struct hba **out,
    struct error *err)
{
	struct hba_tokens tokens = { .text = text, .line = 1 };
	struct hba *hba = calloc(1, sizeof(*hba));
	int rc;

	*out = NULL;
	if (hba == NULL)
		return error_no_memory(err);
	atomic_init(&hba->ref_count, 1);
	arena_init(&hba->arena, NULL);
	keep_networks(hba, reader);
	do
		read_line(hba, &tokens, reader);
	while (hba_next_line(&tokens) && !hba->arena.failed);
	rc = arena_check(&hba->arena, err);
	if (rc != 0)
		hba_unref(hba);
	else
		*out = hba;
	return rc;
}

struct hba *
hba_ref(struct hba *hba)
{
	atomic_fetch_add_explicit(&hba->ref_count, 1, memory_order_relaxed);
	return hba;
}

void
hba_unref(struct hba *hba)
{
	/* Pairs with those of other threads: the last sees all they did. */
	if (hba == NULL ||
	    atomic_fetch_sub_explicit(&hba->ref_count, 1,
		memory_order_acq_rel) > 1)
		return;
	arena_release(&hba->arena);
	free(hba);
}

int
hba_check(const struct hba *hba, const char *file_name, struct error *err)
{
	for (uint32_t i = 0; i < hba->rule_count; i++) {
		const struct hba_rule *rule = &hba->rules[i];

		if (rule->mistake.len == 0)
			continue;
		(void)error_set(err, STELE_E_CONFIG_FILE, "%.*s",
		    STR_FMT(rule->mistake));
		error_add_context(err, "line %d, column %d of \"%s\"",
		    rule->mistake_line, rule->mistake_column, file_name);
		return err->code;
	}
	return 0;
}

uint32_t
hba_rule_count(const struct hba *hba)
{
	return hba->rule_count;
}

const struct hba_rule *
hba_rule_at(const struct hba *hba, uint32_t index)
{
	return &hba->rules[index];
}
