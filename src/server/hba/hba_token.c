/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hba_token.c -- a file of rules into words: separated by blanks and commas,
 * with quotes anywhere in them, until the line ends or a comment begins.
 *
 * A line that ends in a backslash goes on in the next one, before anything else is
 * looked at: in words, in quotes and in comments too, as PostgreSQL reads them.
 * Nothing here stands on such a backslash: see settle().
 */
#include "server/hba/hba_private.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static bool
is_at_end(const struct hba_tokens *tokens)
{
	return tokens->at >= tokens->text.len;
}

static char
peek(const struct hba_tokens *tokens)
{
	return tokens->text.data[tokens->at];
}

/* The bytes of a backslash that the line or the file ends in; 0: it is none. */
static size_t
continuation_length(const struct hba_tokens *tokens)
{
	size_t end = tokens->at;

	if (is_at_end(tokens) || peek(tokens) != '\\')
		return 0;
	do
		end++;
	while (end < tokens->text.len && tokens->text.data[end] == '\r');
	if (end == tokens->text.len)
		return end - tokens->at;
	return tokens->text.data[end] == '\n' ? end + 1 - tokens->at : 0;
}

/* To where the line goes on. */
static void
settle(struct hba_tokens *tokens)
{
	size_t length;

	while ((length = continuation_length(tokens)) > 0) {
		tokens->at += length;
		tokens->line++;
		tokens->line_start = tokens->at;
	}
}

static void
advance(struct hba_tokens *tokens)
{
	tokens->at++;
	settle(tokens);
}

static void
begin_line(struct hba_tokens *tokens)
{
	tokens->line++;
	tokens->line_start = tokens->at + 1;
	advance(tokens);
}

static void
skip_to_newline(struct hba_tokens *tokens)
{
	while (!is_at_end(tokens) && peek(tokens) != '\n')
		advance(tokens);
}

/* Blanks and commas before a word, and comments. */
static void
skip_blanks(struct hba_tokens *tokens)
{
	settle(tokens); /* at the start of the file */
	while (!is_at_end(tokens) &&
	    (is_blank(peek(tokens)) || peek(tokens) == ','))
		advance(tokens);
	if (!is_at_end(tokens) && peek(tokens) == '#')
		skip_to_newline(tokens);
}

int
hba_column(const struct hba_tokens *tokens)
{
	return (int)(tokens->at - tokens->line_start) + 1;
}

bool
hba_next_line(struct hba_tokens *tokens)
{
	skip_to_newline(tokens);
	if (is_at_end(tokens))
		return false;
	begin_line(tokens);
	return true;
}

/* A byte of a word, which is only measured while `word` is NULL. */
static void
put(char *word, size_t *len, char c)
{
	if (word != NULL)
		word[*len] = c;
	(*len)++;
}

/* The bytes between quotes, the first of which is next.  False: no end. */
static bool
take_quoted(struct hba_tokens *tokens, char *word, size_t *len)
{
	advance(tokens);
	while (!is_at_end(tokens) && peek(tokens) != '\n') {
		char c = peek(tokens);

		advance(tokens);
		if (c != '"') {
			put(word, len, c);
			continue;
		}
		if (is_at_end(tokens) || peek(tokens) != '"')
			return true;
		put(word, len, '"');
		advance(tokens);
	}
	return false;
}

static bool
ends_word(const struct hba_tokens *tokens)
{
	char c = peek(tokens);

	return is_blank(c) || c == ',' || c == '\n' || c == '#';
}

/* Up to the word's end.  False: a quote is not closed. */
static bool
take_word(struct hba_tokens *tokens, char *word, size_t *len)
{
	*len = 0;
	while (!is_at_end(tokens) && !ends_word(tokens)) {
		if (peek(tokens) == '"') {
			if (!take_quoted(tokens, word, len))
				return false;
			continue;
		}
		put(word, len, peek(tokens));
		advance(tokens);
	}
	return true;
}

enum hba_token
hba_next_word(struct hba_tokens *tokens, struct arena *arena,
    struct hba_word *out)
{
	struct hba_tokens ahead;
	size_t len;
	char *word;

	skip_blanks(tokens);
	tokens->token_line = tokens->line;
	*out = (struct hba_word){ .column = hba_column(tokens) };
	if (is_at_end(tokens))
		return HBA_FILE_END;
	if (peek(tokens) == '\n')
		return HBA_LINE_END;
	out->name.is_quoted = peek(tokens) == '"';
	ahead = *tokens;
	if (!take_word(&ahead, NULL, &len))
		return HBA_OPEN_QUOTE;
	word = arena_alloc(arena, len + 1);
	(void)take_word(tokens, word, &len);
	word[len] = '\0';
	out->name.text = str_of(word, len);
	out->has_comma = !is_at_end(tokens) && peek(tokens) == ',';
	return HBA_WORD;
}
