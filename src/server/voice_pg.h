/* SPDX-License-Identifier: Apache-2.0 */
/*
 * voice_pg.h -- PostgreSQL's protocol as a voice, and what the files share that
 * speak it: session_startup.c, session_login.c, session_extended.c and
 * voice_pg.c.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/str.h"
#include "server/voice.h"

struct arena;
struct pg_frame;

extern const struct voice voice_pg;

/* ---- voice_pg.c ---- */

/* RowDescription, in the client's encoding. */
void voice_pg_describe(struct session *session, struct buf *out,
    const struct planned *planned, struct row_format format);
/* Messages that were put since `begin`, in the client's encoding. */
void voice_pg_recode(const struct session *session, struct buf *out,
    size_t begin);
/*
 * Text from the client: STELE_E_CHARACTER_NOT_IN_REPERTOIRE or
 * STELE_E_UNTRANSLATABLE_CHARACTER if it is none; in another encoding than
 * UTF-8 it is replaced by what it is in that, in the arena.
 */
MUST_USE int voice_pg_take_text(struct session *session, struct arena *arena,
    struct str *text);

/* ---- session_startup.c ---- */

enum step startup_step(struct session *session);
/* The client is who it says; `packet` is what it began with. */
enum step startup_admit(struct session *session, struct str packet);

/* ---- session_login.c ---- */

/*
 * Let the client prove who it is, or let it in; `packet` is that of its startup,
 * which is not consumed yet.
 */
enum step login_begin(struct session *session, struct str packet);
/* Its next message. */
enum step login_step(struct session *session);

/* ---- session_extended.c ---- */

/* One message. */
enum step extended_step(struct session *session, const struct pg_frame *frame);
