/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A login by SCRAM: a stream of frames, of which the first is a
 * SASLInitialResponse and the second a SASLResponse; and verifiers as text.
 * The first byte says whether the channel can be bound to.  Nobody guesses the
 * password, and the exchange ends after two messages.
 */
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/must.h"
#include "fuzz/fuzz.h"
#include "wire/pg_frontend.h"
#include "wire/scram_exchange.h"

#define VERIFIER \
	"SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$" \
	"WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:" \
	"wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="

/* Our nonce: the corpus can hold the answer to a known one only. */
#define NONCE "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"

static struct error err;

static void
read_verifier(struct str text)
{
	struct scram_verifier verifier;
	struct buf again;

	if (!scram_parse(text, &verifier))
		return;
	buf_init(&again);
	scram_put(&verifier, &again);
	MUST(scram_parse(buf_str(&again), &verifier));
	buf_release(&again);
}

static void
know_nonce(struct scram_exchange *exchange)
{
	struct scram_text *text = &exchange->server_first;
	struct str answer =
	    STR("r=" NONCE ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");

	memcpy(text->data, answer.data, answer.len);
	text->len = answer.len;
	exchange->nonce_len = sizeof(NONCE) - 1;
}

static void
check_first(struct scram_exchange *exchange, struct str body, struct buf *out)
{
	struct str mechanism, message;
	int rc = pg_sasl_initial_decode(body, &mechanism, &message, &err);

	if (rc != 0) {
		exchange->state = SCRAM_FAILED;
		return;
	}
	rc = scram_exchange_first(exchange, mechanism, message, out, &err);
	MUST(rc == 0 || rc == STELE_E_PROTOCOL_VIOLATION ||
	    rc == STELE_E_FEATURE_NOT_SUPPORTED ||
	    rc == STELE_E_INVALID_AUTHORIZATION);
	MUST((rc == 0) == (exchange->state == SCRAM_FINAL));
	MUST(rc == 0 || message.len == 0 || out->len == 0);
	if (rc == 0)
		know_nonce(exchange);
}

static void
check_final(struct scram_exchange *exchange, struct str body, struct buf *out)
{
	int rc = scram_exchange_final(exchange, body, out, &err);

	MUST(rc == 0 || rc == STELE_E_PROTOCOL_VIOLATION ||
	    rc == STELE_E_INVALID_PASSWORD ||
	    rc == STELE_E_INVALID_AUTHORIZATION);
	MUST((rc == 0) == (exchange->state == SCRAM_DONE));
	MUST(rc != 0 || !exchange->is_mock);
}

static void
log_in(struct scram_exchange *exchange, const uint8_t *data, size_t size)
{
	struct buf out;

	buf_init(&out);
	while (exchange->state < SCRAM_DONE) {
		struct str body;

		if (pg_password_frame(data, size, &body, &err) != 1)
			break;
		MUST(body.len + PG_FRAME_HEADER_SIZE <= size);
		data += body.len + PG_FRAME_HEADER_SIZE;
		size -= body.len + PG_FRAME_HEADER_SIZE;
		if (exchange->state == SCRAM_FIRST)
			check_first(exchange, body, &out);
		else
			check_final(exchange, body, &out);
	}
	buf_release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scram_exchange *exchange = malloc(sizeof(*exchange));
	struct scram_verifier verifier;
	uint8_t *copy;

	if (size == 0) {
		free(exchange);
		return 0;
	}
	copy = malloc(size);
	MUST(exchange != NULL && copy != NULL);
	memcpy(copy, data, size);
	read_verifier(str_of((const char *)copy, size));
	MUST(scram_parse(STR(VERIFIER), &verifier));
	scram_exchange_init(exchange, &verifier, (copy[0] & 2) != 0,
	    (copy[0] & 1) == 0 ? STR("")
			       : STR("0123456789abcdef0123456789abcdef"));
	log_in(exchange, copy + 1, size - 1);
	scram_exchange_release(exchange);
	free(exchange);
	free(copy);
	return 0;
}
