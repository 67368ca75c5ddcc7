/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pg_password.c -- decoders of what a client sends to log in.
 *
 * These bytes come from anybody: nothing is allocated for them.
 */
#include "common/error.h"
#include "wire/pg_frontend.h"

int
pg_password_frame(const uint8_t *data, size_t len, struct str *body,
    struct error *err)
{
	struct reader r = reader_over(data, len);
	uint32_t length;

	*body = str_of(NULL, 0);
	if (len > 0 && data[0] != 'p')
		return error_set(err, STELE_E_PROTOCOL_VIOLATION,
		    "expected password response, got message type %d", data[0]);
	if (len < PG_FRAME_HEADER_SIZE)
		return 0;
	(void)reader_u8(&r);
	length = reader_u32_be(&r);
	if (length < 4 || length > PG_PASSWORD_SIZE_MAX)
		return error_set(err, STELE_E_PROTOCOL_VIOLATION,
		    "invalid message length");
	if (reader_left(&r) < length - 4)
		return 0;
	*body = reader_str(&r, length - 4);
	return 1;
}

int
pg_sasl_initial_decode(struct str body, struct str *mechanism,
    struct str *message, struct error *err)
{
	struct reader r = reader_over(body.data, body.len);
	int32_t len;

	*mechanism = reader_cstr(&r);
	len = reader_i32_be(&r);
	/* -1 is no first message; no mechanism of ours begins without one. */
	*message = reader_str(&r, len < 0 ? 0 : (size_t)len);
	if (r.failed || reader_left(&r) != 0 || len < -1)
		return error_set(err, STELE_E_PROTOCOL_VIOLATION,
		    "malformed SASLInitialResponse");
	return 0;
}

int
pg_password_decode(struct str body, struct str *password, struct error *err)
{
	struct reader r = reader_over(body.data, body.len);

	*password = reader_cstr(&r);
	if (r.failed || reader_left(&r) != 0)
		return error_set(err, STELE_E_PROTOCOL_VIOLATION,
		    "invalid password packet size");
	return 0;
}
