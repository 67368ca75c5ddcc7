/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_file.h -- the file of the key that users' keys are wrapped with
 * (native_key_file): 64 hexadecimal digits, and a newline or none.
 *
 * It is in no backup and in no archive of the log, so that those tell nobody's
 * key; who restores one puts the file beside it, or gives users new keys.
 *
 * Threads: as the server starts.
 */
#pragma once

#include <stdint.h>

#include "common/attr.h"
#include "common/crypto.h"

struct config;
struct error;

#define KEY_FILE_NAME     "native.key" /* in the data directory */
#define KEY_FILE_SIZE_MAX 256

/*
 * Read it; the default one is made if it is not there.  58P01 for one of another
 * name that is missing, F0000 for what is no key or can be read by others,
 * STELE_E_OS.
 */
MUST_USE int key_file_read(const char *dir, const struct config *config,
    uint8_t out[CRYPTO_SEAL_KEY_SIZE], struct error *err);
