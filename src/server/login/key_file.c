/* SPDX-License-Identifier: Apache-2.0 */
#include "server/login/key_file.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/config.h"
#include "common/error.h"
#include "common/user_key.h"
#include "os/file.h"
#include "os/private_file.h"

#define DIGITS CRYPTO_HEX_SIZE

static_assert(CRYPTO_SEAL_KEY_SIZE == CRYPTO_SHA256_SIZE &&
	DIGITS == USER_KEY_RANDOM_SIZE,
    "it is made as a user's is");

static bool
parse(const char *text, size_t len, uint8_t out[CRYPTO_SEAL_KEY_SIZE])
{
	while (len > DIGITS && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	return crypto_hex_parse(str_of(text, len), out);
}

static int
read_key(const char *path, uint8_t out[CRYPTO_SEAL_KEY_SIZE], struct error *err)
{
	uint8_t *text = NULL;
	size_t len = 0;
	int rc = os_read_given_file(os_fs_real(), path, KEY_FILE_SIZE_MAX,
	    &text, &len, err);

	if (rc == 0)
		rc = os_check_private_file(path, "key file", err);
	else if (rc == STELE_E_LIMIT)
		rc = 0; /* too long to be one: there is no text */
	if (rc == 0 && !parse((const char *)text, len, out)) {
		crypto_wipe(out, CRYPTO_SEAL_KEY_SIZE);
		(void)error_set(err, STELE_E_CONFIG_FILE,
		    "key file \"%s\" has no key", path);
		rc = error_detail(err, "A key is %zu hexadecimal digits.",
		    DIGITS);
	}
	if (text != NULL)
		crypto_wipe(text, len);
	free(text);
	return rc;
}

static int
make_key(const char *dir, const char *path, uint8_t out[CRYPTO_SEAL_KEY_SIZE],
    struct error *err)
{
	struct user_key key;
	char line[DIGITS + 1];
	int rc = user_key_make(&key, err);

	if (rc != 0)
		return rc;
	memcpy(line, key.text, DIGITS);
	line[DIGITS] = '\n';
	rc = os_write_file(os_fs_real(), dir, KEY_FILE_NAME, line, sizeof(line),
	    err);
	crypto_wipe(line, sizeof(line));
	crypto_wipe(&key, sizeof(key));
	return rc != 0 ? rc : read_key(path, out, err);
}

int
key_file_read(const char *dir, const struct config *config,
    uint8_t out[CRYPTO_SEAL_KEY_SIZE], struct error *err)
{
	const char *name = config->native_key_file;
	char path[OS_PATH_SIZE];
	int rc = name[0] == '/' ? os_path(path, "", name + 1, err)
				: os_path(path, dir, name, err);

	if (rc == 0)
		rc = read_key(path, out, err);
	if (rc == STELE_E_FILE_MISSING && strcmp(name, KEY_FILE_NAME) == 0)
		rc = make_key(dir, path, out, err);
	return rc;
}
