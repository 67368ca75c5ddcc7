/* SPDX-License-Identifier: Apache-2.0 */
#include "common/user_key.h"

#include <assert.h>

#include "common/buf.h"
#include "common/error.h"

#define FORM 1

static_assert(USER_KEY_RANDOM_SIZE == CRYPTO_HEX_SIZE, "32 random bytes");

int
user_key_make(struct user_key *out, struct error *err)
{
	uint8_t bytes[CRYPTO_SHA256_SIZE];
	int rc = crypto_random(bytes, sizeof(bytes), err);

	*out = (struct user_key){ .len = 0 };
	if (rc != 0)
		return rc;
	crypto_hex_put(bytes, out->text);
	out->len = CRYPTO_HEX_SIZE;
	crypto_wipe(bytes, sizeof(bytes));
	return 0;
}

int
user_key_check(struct str key, struct error *err)
{
	if (key.len == 0)
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "key must not be empty");
	if (key.len > USER_KEY_SIZE_MAX)
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "key must not have more than %d bytes", USER_KEY_SIZE_MAX);
	return 0;
}

int
user_key_wrap(const uint8_t wrapping[CRYPTO_SEAL_KEY_SIZE], struct str key,
    struct buf *out, struct error *err)
{
	uint8_t *sealed;

	buf_put_u8(out, FORM);
	sealed = buf_take(out, key.len + CRYPTO_SEAL_SIZE);
	if (sealed == NULL)
		return error_no_memory(err);
	return crypto_seal(wrapping, key, sealed, err);
}

int
user_key_unwrap(const uint8_t wrapping[CRYPTO_SEAL_KEY_SIZE],
    struct str wrapped, struct user_key *out, struct error *err)
{
	struct str sealed;
	int rc;

	*out = (struct user_key){ .len = 0 };
	if (wrapped.len > USER_KEY_WRAPPED_MAX || wrapped.len == 0 ||
	    wrapped.data[0] != FORM)
		return error_set(err, STELE_E_CORRUPT,
		    "what is kept is no key in a form that is known");
	sealed = str_of(wrapped.data + 1, wrapped.len - 1);
	rc = crypto_unseal(wrapping, sealed, (uint8_t *)out->text, err);
	if (rc == 0)
		out->len = sealed.len - CRYPTO_SEAL_SIZE;
	return rc;
}
