/* SPDX-License-Identifier: Apache-2.0 */
#include "server/login/auth.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/config.h"
#include "common/crypto.h"
#include "common/error.h"
#include "common/log.h"
#include "common/scram.h"
#include "net/interfaces.h"
#include "os/clock.h"
#include "os/file.h"
#include "server/login/key_file.h"

/* More are left out: samehost and samenet know these. */
#define NETWORKS_MAX 256u

struct networks {
	struct hba_network networks[NETWORKS_MAX];
	uint32_t count;
};

static void
interface_cb(void *arg, const uint8_t *address, const uint8_t *mask,
    uint8_t len)
{
	struct networks *all = arg;
	struct hba_network *network;

	if (all->count == NETWORKS_MAX)
		return;
	network = &all->networks[all->count++];
	*network = (struct hba_network){ .address.len = len, .mask.len = len };
	memcpy(network->address.bytes, address, len);
	memcpy(network->mask.bytes, mask, len);
}

static int
hba_path(const char *dir, const struct config *config, char path[OS_PATH_SIZE],
    struct error *err)
{
	if (config->hba_file[0] == '/')
		return os_path(path, "", config->hba_file + 1, err);
	return os_path(path, dir, config->hba_file, err);
}

static int
read_hba(const char *path, const struct config *config, struct hba **out,
    struct error *err)
{
	struct networks all = { .count = 0 };
	struct hba_reader reader = {
		.allows_remote_trust = config->allow_remote_trust,
		.networks = all.networks,
	};
	uint8_t *text;
	size_t len;
	int rc;

	*out = NULL;
	rc = os_read_given_file(os_fs_real(), path, HBA_SIZE_MAX, &text, &len,
	    err);
	if (rc != 0)
		return rc;
	net_each_interface(interface_cb, &all);
	reader.network_count = all.count;
	rc = hba_parse(str_of((const char *)text, len), &reader, out, err);
	free(text);
	return rc;
}

int
auth_read_hba(const char *dir, const struct config *config, struct hba **out,
    struct error *err)
{
	char path[OS_PATH_SIZE];
	int rc = hba_path(dir, config, path, err);

	*out = NULL;
	return rc == 0 ? read_hba(path, config, out, err) : rc;
}

int
auth_load_hba(const char *dir, const struct config *config, struct hba **out,
    struct error *err)
{
	char path[OS_PATH_SIZE];
	int rc = hba_path(dir, config, path, err);

	*out = NULL;
	if (rc == 0)
		rc = read_hba(path, config, out, err);
	if (rc != 0)
		return rc;
	rc = hba_check(*out, path, err);
	if (rc != 0) {
		hba_unref(*out);
		*out = NULL;
	}
	return rc;
}

/* A directory without rules gets the default ones. */
static int
make_hba(const char *dir, const struct config *config, struct error *err)
{
	struct str text = hba_default_text();
	struct hba *ignored;
	int rc;

	if (strcmp(config->hba_file, HBA_NAME) != 0)
		return 0;
	rc = auth_read_hba(dir, config, &ignored, err);
	hba_unref(ignored);
	if (rc != STELE_E_FILE_MISSING)
		return rc;
	return os_write_file(os_fs_real(), dir, HBA_NAME, text.data, text.len,
	    err);
}

static int
read_secret(struct auth *auth, const char *dir, struct error *err)
{
	char path[OS_PATH_SIZE];
	uint8_t *bytes = NULL;
	size_t len = 0;
	int rc = os_path(path, dir, AUTH_SECRET_NAME, err);

	if (rc != 0)
		return rc;
	rc = os_read_file(os_fs_real(), path, AUTH_SECRET_SIZE, &bytes, &len,
	    err);
	if (rc == 0 && len == AUTH_SECRET_SIZE) {
		memcpy(auth->secret, bytes, AUTH_SECRET_SIZE);
		crypto_wipe(bytes, len);
		free(bytes);
		return 0;
	}
	free(bytes);
	if (rc != 0 && rc != STELE_E_FILE_MISSING && rc != STELE_E_LIMIT)
		return rc;
	/* None yet, or what is none: another one does as well. */
	rc = crypto_random(auth->secret, AUTH_SECRET_SIZE, err);
	if (rc != 0)
		return rc;
	return os_write_file(os_fs_real(), dir, AUTH_SECRET_NAME, auth->secret,
	    AUTH_SECRET_SIZE, err);
}

static int
make_mock_key(struct auth *auth, struct error *err)
{
	struct user_key key;
	struct buf wrapped;
	int rc = user_key_make(&key, err);

	buf_init(&wrapped);
	if (rc == 0)
		rc = user_key_wrap(auth->key_wrapping, user_key_str(&key),
		    &wrapped, err);
	crypto_wipe(&key, sizeof(key));
	if (rc == 0) {
		memcpy(auth->mock_key, wrapped.data, wrapped.len);
		auth->mock_key_len = wrapped.len;
	}
	buf_release(&wrapped);
	return rc;
}

void
auth_init(struct auth *auth)
{
	*auth = (struct auth){ .hba = NULL };
	pthread_mutex_init(&auth->mutex, NULL);
	peers_init(&auth->peers);
	offenders_init(&auth->offenders);
	native_tokens_init(&auth->tokens);
	native_nonces_init(&auth->nonces,
	    os_clock_wall_us(os_clock_real()) / 1000000 +
		OS_EPOCH_2000_SECONDS);
}

int
auth_open(struct auth *auth, const char *dir, const struct config *config,
    struct error *err)
{
	int rc = offenders_open(&auth->offenders, err);

	if (rc == 0)
		rc = read_secret(auth, dir, err);
	if (rc == 0)
		rc = key_file_read(dir, config, auth->key_wrapping, err);
	if (rc == 0)
		rc = make_mock_key(auth, err);
	if (rc == 0)
		rc = make_hba(dir, config, err);
	if (rc == 0)
		rc = auth_load_hba(dir, config, &auth->hba, err);
	if (rc == 0 && config->session.scram_iterations < SCRAM_ITERATIONS_LOW)
		log_warn(LOG_SERVER, "scram_iterations is low",
		    LOG_INT("scram_iterations",
			config->session.scram_iterations),
		    LOG_INT("least_advised", SCRAM_ITERATIONS_LOW));
	return rc;
}

void
auth_release(struct auth *auth)
{
	hba_unref(auth->hba);
	offenders_release(&auth->offenders);
	native_tokens_release(&auth->tokens);
	native_nonces_release(&auth->nonces);
	peers_release(&auth->peers);
	pthread_mutex_destroy(&auth->mutex);
	crypto_wipe(auth->secret, sizeof(auth->secret));
	crypto_wipe(auth->key_wrapping, sizeof(auth->key_wrapping));
}

void
auth_set_hba(struct auth *auth, struct hba *hba)
{
	struct hba *old;

	pthread_mutex_lock(&auth->mutex);
	old = auth->hba;
	auth->hba = hba;
	pthread_mutex_unlock(&auth->mutex);
	hba_unref(old);
}

struct hba *
auth_hba(struct auth *auth)
{
	struct hba *hba;

	pthread_mutex_lock(&auth->mutex);
	hba = hba_ref(auth->hba);
	pthread_mutex_unlock(&auth->mutex);
	return hba;
}

struct str
auth_secret(const struct auth *auth)
{
	return str_of((const char *)auth->secret, sizeof(auth->secret));
}

struct str
auth_mock_key(const struct auth *auth)
{
	return str_of((const char *)auth->mock_key, auth->mock_key_len);
}
