/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_metrics.h -- GET /metrics: what stele.wal, stele.memory, stele.shards and
 * pg_stat_database tell, in the text form that Prometheus reads (0.0.4).
 *
 * It is a query like others, with the rights that it needs, whose rows are
 * written in a form of their own.
 */
#pragma once

struct buf;
struct result_format;

void http_metrics_put_query(struct buf *out);
extern const struct result_format http_metrics_format;
