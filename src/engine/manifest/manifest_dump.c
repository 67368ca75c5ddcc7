/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest_dump.c -- a MANIFEST as text: each record, step by step.
 */
#include <stdlib.h>

#include "common/error.h"
#include "engine/catalog/catalog.h"
#include "engine/catalog/catalog_format.h"
#include "engine/dump_private.h"
#include "engine/manifest/manifest_format.h"
#include "os/file.h"

#define FILE_SIZE_MAX ((size_t)1 << 32)

static void
dump_segment(struct dump *dump, const struct segment_meta *meta)
{
	dump_line(dump,
	    "    adds segment %llu of shard %u: %llu rows, %llu bytes, "
	    "footer %016llx, events %llu to %llu",
	    (unsigned long long)meta->number, (unsigned)meta->shard,
	    (unsigned long long)meta->row_count,
	    (unsigned long long)meta->size_bytes,
	    (unsigned long long)meta->hash,
	    (unsigned long long)meta->event_id_first,
	    (unsigned long long)meta->event_id_last);
	for (uint32_t i = 0; i < meta->type_count; i++)
		dump_line(dump, "      type %u: %llu rows",
		    (unsigned)meta->types[i].type_oid,
		    (unsigned long long)meta->types[i].row_count);
}

static void
dump_counter(struct dump *dump, const char *name, uint64_t value)
{
	if (value != 0)
		dump_line(dump, "    %s %llu", name, (unsigned long long)value);
}

static int
dump_step(struct dump *dump, const struct record *record, struct error *err)
{
	const struct catalog *catalog;
	struct decoded_step decoded;
	const struct manifest_step *step = &decoded.step;
	int rc =
	    manifest_take_step(record->body, record->body_len, &decoded, err);

	if (rc == STELE_E_CORRUPT) {
		dump_problem(dump, "    not a step: %s", err->message);
		return 0;
	}
	if (rc != 0)
		return rc;
	dump_counter(dump, "next event_id", step->next_event_id);
	dump_counter(dump, "next segment", step->next_segment);
	dump_counter(dump, "next oid", step->next_oid);
	dump_counter(dump, "first file of the log", step->wal_file);
	dump_counter(dump, "first group of the log", step->wal_group);
	dump_counter(dump, "last group that was synced", step->wal_synced);
	for (uint32_t i = 0; i < step->added_count; i++)
		dump_segment(dump, &step->added[i]);
	for (uint32_t i = 0; i < step->removed_count; i++)
		dump_line(dump, "    removes segment %llu",
		    (unsigned long long)step->removed[i]);
	if (step->has_flushed)
		dump_line(dump, "    shard %u has flushed up to event %llu",
		    (unsigned)step->flushed_shard,
		    (unsigned long long)step->flushed_event_id);
	for (uint32_t s = 0;
	     decoded.flushed != NULL && s < decoded.flushed_count; s++)
		dump_line(dump, "    shard %u has flushed up to event %llu",
		    (unsigned)s, (unsigned long long)decoded.flushed[s]);
	if (step->has_catalog && step->catalog.len > 0) {
		rc = catalog_decode(step->catalog, &catalog, err);
		if (rc == 0) {
			dump_catalog(dump, catalog);
			catalog_unref(catalog);
		} else if (rc == STELE_E_CORRUPT) {
			dump_problem(dump, "    %s", err->message);
			rc = 0;
		}
	}
	manifest_step_release(&decoded);
	return rc;
}

static int
dump_records(struct dump *dump, const uint8_t *file, size_t size,
    uint64_t identity, struct error *err)
{
	size_t offset = MANIFEST_HEADER_SIZE;
	struct record record;
	int rc = 0;

	while (offset < size && rc == 0 &&
	    manifest_take_record(file, size, offset, identity, &record)) {
		dump_line(dump, "offset %zu: %s %llu, %u bytes", offset,
		    record.kind == RECORD_SEAL           ? "seal of step"
			: offset == MANIFEST_HEADER_SIZE ? "checkpoint, step"
							 : "step",
		    (unsigned long long)record.sequence,
		    (unsigned)record.body_len);
		if (record.kind == RECORD_STEP)
			rc = dump_step(dump, &record, err);
		offset += MANIFEST_RECORD_HEADER_SIZE + record.body_len;
	}
	if (rc == 0 && offset < size)
		dump_problem(dump,
		    "offset %zu: no valid record, %zu bytes to the end", offset,
		    size - offset);
	return rc;
}

int
manifest_dump(struct dump *dump, struct error *err)
{
	struct manifest_header header;
	char uuid[37];
	uint8_t *file = NULL;
	size_t size;
	int rc = os_read_given_file(dump->fs, dump->path, FILE_SIZE_MAX, &file,
	    &size, err);

	if (rc != 0)
		return rc;
	dump_line(dump, "MANIFEST, %zu bytes", size);
	if (size < MANIFEST_HEADER_SIZE ||
	    !manifest_take_header(file, MANIFEST_HEADER_SIZE, &header)) {
		dump_problem(dump, "offset 0: the header is damaged");
	} else {
		dump_uuid(&header.directory, uuid);
		dump_line(dump,
		    "header: directory %s, %u shards, hash seed %016llx, "
		    "checkpoint up to offset %llu",
		    uuid, (unsigned)header.shard_count,
		    (unsigned long long)header.hash_seed,
		    (unsigned long long)header.base_size);
		rc = dump_records(dump, file, size,
		    manifest_identity(&header.directory), err);
	}
	free(file);
	return rc;
}
