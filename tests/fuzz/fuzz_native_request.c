/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a line of the native doors says of who sends it: whatever the bytes, each
 * part lies in the line, a command has no blanks around it, words are bounded,
 * and a token that is taken off leaves what it was taken off from.
 */
#include <stdlib.h>
#include <string.h>

#include "common/must.h"
#include "fuzz/fuzz.h"
#include "server/login/native_request.h"

static void
check_within(struct str line, struct str part)
{
	if (part.len == 0)
		return;
	MUST(part.data >= line.data);
	MUST(part.data + part.len <= line.data + line.len);
}

static void
check_request(struct str line, const struct native_request *request)
{
	struct str trimmed = native_trim(request->command);

	check_within(line, request->user);
	check_within(line, request->signature);
	check_within(line, request->token);
	check_within(line, request->command);
	MUST(trimmed.len == request->command.len);
	MUST(request->password.len == 0);
	MUST(request->user.len <= NATIVE_SIGNATURE_MAX);
	switch (request->proof) {
	case NATIVE_NO_PROOF:
		MUST(request->command.len == native_trim(line).len);
		break;
	case NATIVE_AUTH:
		MUST(request->command.len == 0);
		break;
	case NATIVE_TOKEN:
		MUST(request->token.len == NATIVE_TOKEN_SIZE);
		break;
	case NATIVE_SIGNED:
		MUST(request->user.len == 0 && request->signature.len > 0);
		break;
	case NATIVE_INLINE:
		MUST(request->user.len > 0 && request->signature.len > 0);
		break;
	case NATIVE_PASSWORD:
		MUST(false);
	}
}

static void
check_signature(struct str text)
{
	struct native_signature signature;

	if (!native_signature_parse(text, &signature))
		return;
	MUST(text.len >= CRYPTO_HEX_SIZE);
	MUST(signature.is_fresh == (text.len > CRYPTO_HEX_SIZE));
	check_within(text, signature.salt);
	check_within(signature.salt, signature.nonce);
	MUST(signature.time_s >= 0);
	MUST(signature.nonce.len <= NATIVE_NONCE_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + 1); /* of its own, for the sanitizer */
	struct native_request request;
	struct str line = str_of(copy, size);

	MUST(copy != NULL);
	if (size > 0)
		memcpy(copy, data, size);
	native_request_parse(line, &request);
	check_request(line, &request);
	check_signature(request.signature);
	check_signature(line);
	native_request_parse_signed(line, &request);
	MUST(request.proof != NATIVE_TOKEN);
	check_request(line, &request);
	free(copy);
	return 0;
}
