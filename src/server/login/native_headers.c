/* SPDX-License-Identifier: Apache-2.0 */
#include "server/login/native_headers.h"

#include <string.h>

#include "common/crypto.h"

/* What follows the name of the scheme; false if it is another. */
static bool
take_scheme(struct str text, struct str scheme, struct str *out)
{
	if (text.len <= scheme.len ||
	    !str_equal_nocase(str_of(text.data, scheme.len), scheme) ||
	    (text.data[scheme.len] != ' ' && text.data[scheme.len] != '\t'))
		return false;
	*out =
	    native_trim(str_of(text.data + scheme.len, text.len - scheme.len));
	return true;
}

/* "user:password"; false if it is not that. */
static bool
take_basic(struct str text, struct native_basic *space,
    struct native_request *out)
{
	int len = crypto_base64_decode(text, (uint8_t *)space->text,
	    sizeof(space->text));
	const char *colon =
	    len <= 0 ? NULL : memchr(space->text, ':', (size_t)len);
	size_t user_len;

	if (colon == NULL)
		return false;
	user_len = (size_t)(colon - space->text);
	out->proof = NATIVE_PASSWORD;
	out->user = str_of(space->text, user_len);
	out->password = str_of(colon + 1, (size_t)len - user_len - 1);
	return true;
}

void
native_request_of_headers(const struct native_headers *headers, struct str text,
    struct str command, struct native_basic *space, struct native_request *out)
{
	struct str rest;

	if (headers->user.len == 0 && headers->signature.len == 0 &&
	    headers->authorization.len == 0) {
		native_request_parse(command, out);
		return;
	}
	*out = (struct native_request){
		.command = native_trim(command),
		.text = native_trim(text),
	};
	if (headers->user.len > 0 || headers->signature.len > 0) {
		out->proof = NATIVE_INLINE;
		out->user = headers->user;
		out->signature = headers->signature;
		return;
	}
	if (take_scheme(headers->authorization, STR("Basic"), &rest) &&
	    take_basic(rest, space, out))
		return;
	out->proof = NATIVE_TOKEN;
	if (!take_scheme(headers->authorization, STR("Bearer"), &out->token))
		out->token = str_of("", 0);
}
