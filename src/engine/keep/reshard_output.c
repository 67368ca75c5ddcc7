/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "common/error.h"
#include "common/hash.h"
#include "engine/engine_private.h"
#include "engine/keep/reshard.h"

int
reshard_output_init(struct reshard_output *output, struct engine *engine,
    uint32_t shard_count, uint64_t next_segment, struct error *err)
{
	*output = (struct reshard_output){
		.engine = engine,
		.shard_count = shard_count,
		.next_segment = next_segment,
		.shards = calloc(shard_count, sizeof(*output->shards)),
	};
	buf_init(&output->metas);
	for (uint32_t s = 0; output->shards != NULL && s < shard_count; s++) {
		output->shards[s].rows =
		    malloc(VEC_ROWS * sizeof(*output->shards[s].rows));
		if (output->shards[s].rows == NULL)
			return error_no_memory(err);
	}
	return output->shards != NULL ? 0 : error_no_memory(err);
}

struct segment_meta *
reshard_output_metas(struct reshard_output *output, uint32_t *count)
{
	*count = (uint32_t)(output->metas.len / sizeof(struct segment_meta));
	return (struct segment_meta *)(void *)output->metas.data;
}

void
reshard_output_release(struct reshard_output *output)
{
	uint32_t count;
	struct segment_meta *metas = reshard_output_metas(output, &count);

	for (uint32_t i = 0; i < count; i++)
		segment_meta_release(&metas[i]);
	for (uint32_t s = 0; output->shards != NULL && s < output->shard_count;
	     s++) {
		segment_writer_abort(output->shards[s].writer);
		free(output->shards[s].rows);
	}
	free(output->shards);
	buf_release(&output->metas);
}

void
reshard_output_begin_type(struct reshard_output *output,
    const struct event_type *type)
{
	output->type = type;
	for (uint32_t s = 0; s < output->shard_count; s++)
		output->shards[s].has_type = false;
}

/* ---- rows ---- */

static int
begin_segment(struct reshard_output *output, uint32_t s, struct error *err)
{
	struct engine *engine = output->engine;
	const struct segment_options options = {
		.directory = engine->directory,
		.zone_rows = engine->options.zone_rows,
	};

	return segment_writer_open(engine->fs, engine->dir,
	    output->next_segment++, s, &options, &output->shards[s].writer,
	    err);
}

static int
begin_type(struct reshard_output *output, uint32_t s, struct error *err)
{
	int rc = segment_writer_begin_event_type(output->shards[s].writer,
	    output->type, err);

	output->shards[s].has_type = rc == 0;
	return rc;
}

/* The rows of one shard, which were sorted out of the batch. */
static int
append_rows(struct reshard_output *output, uint32_t s,
    const struct batch *batch, struct error *err)
{
	struct reshard_shard *shard = &output->shards[s];
	struct batch own = *batch;
	int rc = 0;

	own.sel.rows = shard->rows;
	own.sel.count = shard->row_count;
	shard->row_count = 0;
	if (shard->writer == NULL)
		rc = begin_segment(output, s, err);
	if (rc == 0 && !shard->has_type)
		rc = begin_type(output, s, err);
	return rc == 0 ? segment_writer_append(shard->writer, &own, err) : rc;
}

int
reshard_output_rows(struct reshard_output *output, const struct batch *batch,
    uint32_t first, uint32_t limit, struct error *err)
{
	const struct vec *context =
	    &batch->cols[segment_column_index(COLUMN_CONTEXT_ID)];
	int rc = 0;

	for (uint32_t i = first; i < limit; i++) {
		uint32_t row = sel_row(batch->sel, i);
		struct str name = context->str[vec_index(context, row)];
		struct reshard_shard *shard =
		    &output->shards[hash_bytes_seeded(name.data, name.len,
					output->engine->hash_seed) %
			output->shard_count];

		shard->rows[shard->row_count++] = (uint16_t)row;
	}
	for (uint32_t s = 0; s < output->shard_count && rc == 0; s++)
		if (output->shards[s].row_count > 0)
			rc = append_rows(output, s, batch, err);
	return rc;
}

int
reshard_output_end_type(struct reshard_output *output, struct error *err)
{
	int rc = 0;

	for (uint32_t s = 0; s < output->shard_count && rc == 0; s++)
		if (output->shards[s].has_type)
			rc = segment_writer_end_type(output->shards[s].writer,
			    err);
	return rc;
}

int
reshard_output_end(struct reshard_output *output, struct error *err)
{
	int rc = 0;

	for (uint32_t s = 0; s < output->shard_count && rc == 0; s++) {
		struct segment_writer *writer = output->shards[s].writer;
		struct segment_meta meta;

		if (writer == NULL)
			continue;
		output->shards[s].writer = NULL; /* is freed in any case */
		if (!buf_reserve(&output->metas, sizeof(meta))) {
			segment_writer_abort(writer);
			return error_no_memory(err);
		}
		rc = segment_writer_finish(writer, &meta, err);
		if (rc == 0)
			buf_put(&output->metas, &meta, sizeof(meta));
	}
	return rc;
}
