/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_file.c -- the text of stele.conf, in postgresql.conf's syntax.
 *
 *   line  := [ name [ "=" ] value ] [ "#" comment ]
 *   value := [A-Za-z0-9_+-][A-Za-z0-9_+.:/-]* | "'" ( [^'\\] | "''" | \x )* "'"
 *
 * The text comes from the caller: nothing here touches a file.
 */
#include "common/config.h"

#include <ctype.h>
#include <stdio.h>

#include "common/config_private.h"
#include "common/error.h"

#define VALUE_SIZE 1024

struct line {
	const char *at;  /* next character */
	const char *end; /* the newline, or the end of the text */
	const char *file_name;
	int number; /* from 1 */
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static bool
is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '$';
}

static bool
is_value_char(char c)
{
	return isalnum((unsigned char)c) || (c != '\0' && strchr("_+.:/-", c));
}

static void
skip_blanks(struct line *line)
{
	while (line->at < line->end && is_blank(*line->at))
		line->at++;
}

static bool
at_end(const struct line *line)
{
	return line->at == line->end || *line->at == '#';
}

static struct str
take_while(struct line *line, bool (*is_part)(char))
{
	const char *first = line->at;

	while (line->at < line->end && is_part(*line->at))
		line->at++;
	return str_of(first, (size_t)(line->at - first));
}

/* A syntax error at line->at. */
static int
syntax_error(const struct line *line, struct error *err)
{
	struct line token = *line;
	struct str text;

	if (at_end(line))
		return error_set(err, STELE_E_CONFIG_FILE,
		    "syntax error in file \"%s\" line %d, near end of line",
		    line->file_name, line->number);
	text = take_while(&token, is_value_char);
	if (text.len == 0)
		text.len = 1;
	return error_set(err, STELE_E_CONFIG_FILE,
	    "syntax error in file \"%s\" line %d, near token \"%.*s\"",
	    line->file_name, line->number, STR_FMT(text));
}

/* What follows a backslash: a letter's control character, or octal digits. */
static char
take_escape(struct line *line)
{
	static const char letters[] = "bfnrt", codes[] = "\b\f\n\r\t";
	char c = *line->at++;
	const char *found = c == '\0' ? NULL : strchr(letters, c);
	int code = 0;

	if (found != NULL)
		return codes[found - letters];
	if (c < '0' || c > '7')
		return c;
	line->at--;
	for (int i = 0; i < 3 && line->at < line->end; i++, line->at++) {
		if (*line->at < '0' || *line->at > '7')
			break;
		code = code * 8 + (*line->at - '0');
	}
	return (char)(code & 0xff);
}

static int
take_quoted(struct line *line, struct buf *value, struct error *err)
{
	struct line start = *line;

	line->at++;
	while (line->at < line->end) {
		char c = *line->at++;

		if (c == '\\' && line->at < line->end) {
			c = take_escape(line);
		} else if (c == '\'') {
			if (line->at == line->end || *line->at != '\'')
				return 0;
			line->at++;
		}
		buf_put_u8(value, (uint8_t)c);
	}
	return syntax_error(&start, err);
}

static int
take_value(struct line *line, struct buf *value, struct error *err)
{
	struct str text;

	skip_blanks(line);
	if (line->at < line->end && *line->at == '\'')
		return take_quoted(line, value, err);
	text = take_while(line, is_value_char);
	if (text.len == 0)
		return syntax_error(line, err);
	buf_put_str(value, text);
	return 0;
}

/* Make an error about a value one about a place in the file. */
static int
add_place(const struct line *line, struct error *err)
{
	size_t used = strlen(err->message);

	if (err->code == STELE_E_OUT_OF_MEMORY)
		return err->code;
	err->code = STELE_E_CONFIG_FILE;
	snprintf(err->message + used, sizeof(err->message) - used,
	    " in file \"%s\" line %d", line->file_name, line->number);
	return err->code;
}

static int
read_line(struct config *config, struct line *line, struct buf *value,
    struct error *err)
{
	struct str name;
	int rc;

	skip_blanks(line);
	if (at_end(line))
		return 0;
	if (isdigit((unsigned char)*line->at))
		return syntax_error(line, err);
	name = take_while(line, is_name_char);
	if (name.len == 0)
		return syntax_error(line, err);
	skip_blanks(line);
	if (line->at < line->end && *line->at == '=')
		line->at++;
	rc = take_value(line, value, err);
	if (rc != 0)
		return rc;
	skip_blanks(line);
	if (!at_end(line))
		return syntax_error(line, err);
	if (value->failed)
		return error_no_memory(err);
	rc = config_set_from(config, name, buf_str(value),
	    (uint32_t)line->number, err);
	return rc == 0 ? 0 : add_place(line, err);
}

int
config_set_text(struct config *config, struct str text, const char *file_name,
    struct error *err)
{
	struct line line = { .file_name = file_name };
	const char *next = text.data;
	const char *end = text.len == 0 ? next : next + text.len;
	struct buf value;
	int rc = 0;

	buf_init(&value);
	while (rc == 0 && next != end) {
		line.at = next;
		line.end = memchr(next, '\n', (size_t)(end - next));
		if (line.end == NULL)
			line.end = end;
		next = line.end == end ? end : line.end + 1;
		line.number++;
		buf_reset(&value);
		rc = read_line(config, &line, &value, err);
	}
	buf_release(&value);
	return rc;
}
