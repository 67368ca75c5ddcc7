/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_tls.c -- the TLS that the options ask for.
 */
#include <stdio.h>

#include "common/error.h"
#include "net/tls.h"
#include "os/file.h"
#include "server/server.h"

/* Relative names start in the data directory; an empty one stays empty. */
static int
file_path(char path[OS_PATH_SIZE], const char *dir, const char *name,
    struct error *err)
{
	if (name[0] != '\0' && name[0] != '/')
		return os_path(path, dir, name, err);
	if ((size_t)snprintf(path, OS_PATH_SIZE, "%s", name) >= OS_PATH_SIZE)
		return error_set(err, STELE_E_LIMIT,
		    "file name is too long: \"%s\"", name);
	return 0;
}

static enum tls_version
version_of(int option)
{
	switch ((enum config_ssl_version)option) {
	case CONFIG_TLS_1_2:
		return TLS_VERSION_1_2;
	case CONFIG_TLS_1_3:
		return TLS_VERSION_1_3;
	}
	return TLS_VERSION_1_3;
}

int
server_tls_new(const char *dir, const struct config *config,
    struct tls_context **out, struct error *err)
{
	char cert[OS_PATH_SIZE], key[OS_PATH_SIZE];
	char ca[OS_PATH_SIZE], crl[OS_PATH_SIZE];
	struct tls_options options = {
		.cert_file = cert,
		.key_file = key,
		.ca_file = ca,
		.crl_file = crl,
		.ciphers = config->ssl_ciphers,
		.groups = config->ssl_ecdh_curve,
		.prefer_server_ciphers = config->ssl_prefer_server_ciphers,
		.min_version = version_of(config->ssl_min_protocol_version),
		.max_version = version_of(config->ssl_max_protocol_version),
	};
	int rc;

	*out = NULL;
	if (!config->ssl)
		return 0;
	rc = file_path(cert, dir, config->ssl_cert_file, err);
	if (rc == 0)
		rc = file_path(key, dir, config->ssl_key_file, err);
	if (rc == 0)
		rc = file_path(ca, dir, config->ssl_ca_file, err);
	if (rc == 0)
		rc = file_path(crl, dir, config->ssl_crl_file, err);
	if (rc == 0)
		rc = tls_context_new(&options, out, err);
	return rc;
}

struct tls_context *
server_tls(struct server *server)
{
	struct tls_context *tls;

	pthread_mutex_lock(&server->mutex);
	tls = server->tls == NULL ? NULL : tls_context_ref(server->tls);
	pthread_mutex_unlock(&server->mutex);
	return tls;
}
