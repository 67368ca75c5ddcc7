/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_doc.c -- the table as text for people: the sample file, the listing
 * of `stele config`, the section of the manual page.
 */
#include "common/config.h"

#include "common/config_private.h"

#define PAGE_WIDTH 79

static const char *const group_title[CONFIG_GROUP_COUNT] = {
	[CONFIG_CONNECTIONS] = "Connections",
	[CONFIG_AUTHENTICATION] = "Authentication",
	[CONFIG_STATEMENTS] = "Statements",
	[CONFIG_WAL] = "Commits and the log of events",
	[CONFIG_STORAGE] = "Storage",
	[CONFIG_LIMITS] = "Limits",
	[CONFIG_LOGGING] = "The server's messages",
};

const char *
config_group_title(enum config_group group)
{
	return group_title[group];
}

static const char *
when_text(enum config_reload reload)
{
	switch (reload) {
	case CONFIG_STARTUP:
		return "a change needs a restart";
	case CONFIG_SIGHUP:
		return "a reload takes a change";
	case CONFIG_SUPERUSER:
		return "also SET in a session, by a superuser";
	case CONFIG_SESSION:
		return "also SET in a session";
	}
	return "";
}

/* `text` broken into lines that each start with `indent`. */
static void
put_wrapped(struct buf *out, const char *indent, const char *text)
{
	size_t column = 0;

	while (*text != '\0') {
		size_t len = strcspn(text, " ");

		if (column > 0 && column + 1 + len > PAGE_WIDTH) {
			buf_put_u8(out, '\n');
			column = 0;
		}
		buf_put_cstr(out, column == 0 ? indent : " ");
		column += (column == 0 ? strlen(indent) : 1) + len;
		buf_put(out, text, len);
		text += len + strspn(text + len, " ");
	}
	buf_put_u8(out, '\n');
}

static void
put_default(const struct config_option *opt, struct buf *out)
{
	if (opt->type == CONFIG_STRING)
		buf_printf(out, "'%s'", opt->def_text);
	else
		config_value_show(opt, opt->def, out);
}

/* What values are allowed; nothing for strings and Booleans. */
static void
put_range(const struct config_option *opt, struct buf *out)
{
	switch (opt->type) {
	case CONFIG_BOOL:
		buf_put_cstr(out, "on or off");
		break;
	case CONFIG_STRING:
		buf_put_cstr(out, "a string");
		break;
	case CONFIG_ENUM:
		for (int i = 0; opt->choices[i] != NULL; i++)
			buf_printf(out, "%s%s", i == 0 ? "" : ", ",
			    opt->choices[i]);
		break;
	case CONFIG_INT:
	case CONFIG_SIZE:
	case CONFIG_DURATION:
		config_value_show(opt, opt->min, out);
		buf_put_cstr(out, " to ");
		config_value_show(opt, opt->max, out);
		break;
	}
}

static void
put_sample_option(const struct config_option *opt, struct buf *out)
{
	put_wrapped(out, "# ", opt->doc);
	buf_put_cstr(out, "# (");
	put_range(opt, out);
	buf_printf(out, "; %s)\n#%s = ", when_text(opt->reload), opt->name);
	put_default(opt, out);
	buf_put_cstr(out, "\n\n");
}

void
config_write_sample(struct buf *out)
{
	buf_put_cstr(out,
	    "# stele.conf -- options of the Stele server.\n"
	    "#\n"
	    "# Lines are `name = value`; text stands in single quotes.  What\n"
	    "# is commented out shows the default.  Sizes take B, kB, MB, GB,\n"
	    "# TB, times us, ms, s, min, h, d.  The server reads this file\n"
	    "# when it starts and on SIGHUP; `-c name=value` overrides it.\n");
	for (int group = 0; group < CONFIG_GROUP_COUNT; group++) {
		buf_printf(out, "\n\n# ---- %s ----\n\n", group_title[group]);
		for (size_t i = 0; i < config_option_count(); i++)
			if ((int)config_option_at(i)->group == group)
				put_sample_option(config_option_at(i), out);
		out->len -= out->failed ? 0 : 1;
	}
}

void
config_write_list(const struct config *config, struct buf *out)
{
	for (size_t i = 0; i < config_option_count(); i++) {
		const struct config_option *opt = config_option_at(i);

		buf_printf(out, "%s = ", opt->name);
		if (opt->type == CONFIG_STRING)
			buf_put_u8(out, '\'');
		config_show(config, opt, out);
		if (opt->type == CONFIG_STRING)
			buf_put_u8(out, '\'');
		buf_put_cstr(out, "  # ");
		put_range(opt, out);
		buf_printf(out, "; %s\n", when_text(opt->reload));
	}
}

void
config_write_manual(struct buf *out)
{
	for (int group = 0; group < CONFIG_GROUP_COUNT; group++) {
		buf_printf(out, ".Ss %s\n.Bl -tag -width Ds\n",
		    group_title[group]);
		for (size_t i = 0; i < config_option_count(); i++) {
			const struct config_option *opt = config_option_at(i);

			if ((int)opt->group != group)
				continue;
			buf_printf(out, ".It Cm %s\n%s\nDefault:\n.Li ",
			    opt->name, opt->doc);
			put_default(opt, out);
			buf_put_cstr(out, "\n.Pq ");
			put_range(opt, out);
			buf_printf(out, "; %s .\n", when_text(opt->reload));
		}
		buf_put_cstr(out, ".El\n");
	}
}
