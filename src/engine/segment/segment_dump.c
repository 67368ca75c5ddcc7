/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_dump.c -- a segment file as text: header, footer, sections, columns,
 * and of each chunk its encoding, its place and its checksum.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/reader.h"
#include "engine/dump_private.h"
#include "engine/segment/segment_format.h"
#include "os/file.h"

struct segment_dumper {
	struct dump *dump;
	struct block_file file;
	struct segment_footer footer;
};

static const char *const phys_names[PHYS_COUNT] = {
	[PHYS_BOOL] = "bool",
	[PHYS_I64] = "integers",
	[PHYS_F64] = "doubles",
	[PHYS_NUMERIC] = "numerics",
	[PHYS_STR] = "strings",
	[PHYS_UUID] = "uuids",
	[PHYS_INTERVAL] = "intervals",
};

/* A block, or NULL and a line about why not; only memory is an error. */
static int
read_block(struct segment_dumper *d, const char *what,
    const struct block_ref *ref, uint8_t **out, struct error *err)
{
	int rc = block_read(&d->file, ref, out, err);

	if (rc == 0 || rc == STELE_E_OUT_OF_MEMORY)
		return rc;
	dump_problem(d->dump, "%s: %s", what, err->message);
	*out = NULL;
	return 0;
}

static int
dump_chunk(struct segment_dumper *d, uint32_t zone,
    const struct chunk_info *info, struct error *err)
{
	const struct block_ref *ref = &info->block;
	const char *name = info->encoding < SEGMENT_ENCODINGS
	    ? segment_encoding_name((enum encoding)info->encoding)
	    : "unknown";
	uint8_t *data = NULL;
	int rc = 0;

	dump_line(d->dump,
	    "    zone %u: %u rows, %u null, %s, offset %" PRIu64 ", %u bytes",
	    (unsigned)zone, (unsigned)info->row_count,
	    (unsigned)info->null_count, name, ref->offset, (unsigned)ref->len);
	if (ref->len > 0)
		rc = read_block(d, "    its block", ref, &data, err);
	free(data);
	return rc;
}

static int
dump_chunks(struct segment_dumper *d, const struct block_ref *table,
    uint32_t count, struct error *err)
{
	uint8_t *data;
	int rc = read_block(d, "  its chunks", table, &data, err);

	if (rc != 0 || data == NULL)
		return rc;
	for (uint32_t z = 0; z < count && rc == 0; z++) {
		struct chunk_info info;

		if ((z + (uint64_t)1) * CHUNK_INFO_SIZE > table->len ||
		    !segment_take_chunk_info(data + (size_t)z * CHUNK_INFO_SIZE,
			&info)) {
			dump_problem(d->dump, "    zone %u: no valid entry",
			    (unsigned)z);
			break;
		}
		rc = dump_chunk(d, z, &info, err);
	}
	free(data);
	return rc;
}

static int
dump_section(struct segment_dumper *d, const struct section_info *section,
    struct error *err)
{
	uint8_t *data;
	int rc;

	dump_line(d->dump, "section: type %u, %u rows, %u zones, %u columns",
	    (unsigned)section->type_oid, (unsigned)section->row_count,
	    (unsigned)section->zone_count, (unsigned)section->column_count);
	rc = read_block(d, "  its columns", &section->columns, &data, err);
	if (rc != 0 || data == NULL)
		return rc;
	for (uint32_t c = 0; c < section->column_count && rc == 0; c++) {
		struct column_info info;

		if ((c + (uint64_t)1) * COLUMN_INFO_SIZE >
			section->columns.len ||
		    !segment_take_column_info(data +
			    (size_t)c * COLUMN_INFO_SIZE,
			&info)) {
			dump_problem(d->dump, "  column %u: no valid entry",
			    (unsigned)c + 1);
			break;
		}
		dump_line(d->dump, "  column %u: %s", (unsigned)c + 1,
		    phys_names[info.phys]);
		if (info.has_dict)
			dump_line(d->dump,
			    "    dictionary of %u strings, root at offset "
			    "%" PRIu64,
			    (unsigned)info.dict_count, info.dict_root.offset);
		if (info.filter.len > 0)
			dump_line(d->dump, "    filters at offset %" PRIu64,
			    info.filter.offset);
		rc = dump_chunks(d, &info.chunks, section->zone_count, err);
	}
	free(data);
	return rc;
}

static int
dump_footer(struct segment_dumper *d, const struct block_ref *ref,
    struct error *err)
{
	struct segment_footer *footer = &d->footer;
	uint8_t *data;
	int rc = read_block(d, "footer", ref, &data, err);

	if (rc != 0 || data == NULL)
		return rc;
	rc = segment_take_footer(data, ref->len, footer, err);
	free(data);
	if (rc == STELE_E_CORRUPT) {
		dump_problem(d->dump, "footer: %s", err->message);
		return 0;
	}
	if (rc != 0)
		return rc;
	dump_line(d->dump,
	    "footer: offset %" PRIu64 ", %u bytes, checksum %016" PRIx64,
	    ref->offset, (unsigned)ref->len, ref->checksum);
	dump_line(d->dump,
	    "  %" PRIu64 " rows, events %" PRIu64 " to %" PRIu64
	    ", %u contexts, %u sections",
	    footer->row_count, footer->event_id_first, footer->event_id_last,
	    (unsigned)footer->context_count, (unsigned)footer->section_count);
	for (uint32_t s = 0; s < footer->section_count && rc == 0; s++)
		rc = dump_section(d, &footer->sections[s], err);
	free(footer->sections);
	return rc;
}

/*
 * The header says which file this is, and that goes into its own checksum:
 * the claim is taken from the bytes, then checked.
 */
static int
dump_header(struct segment_dumper *d, bool *is_valid, struct error *err)
{
	uint8_t bytes[SEGMENT_HEADER_SIZE];
	struct segment_header header = { 0 };
	struct uuid directory;
	struct reader r;
	char uuid[37];
	int rc = os_pread_full(d->dump->file, bytes, sizeof(bytes), 0, err);

	*is_valid = false;
	if (rc != 0)
		return rc;
	r = reader_over(bytes + 16, 8);
	memcpy(directory.bytes, bytes + 32, sizeof(directory.bytes));
	d->file.identity = segment_identity(&directory, reader_u64(&r));
	*is_valid = segment_take_header(bytes, d->file.identity, &header);
	if (!*is_valid) {
		dump_problem(d->dump, "offset 0: the header is damaged");
		return 0;
	}
	dump_uuid(&header.directory, uuid);
	dump_line(d->dump,
	    "header: number %" PRIu64 ", shard %u, zones of %u rows, "
	    "directory %s",
	    header.number, (unsigned)header.shard, (unsigned)header.zone_rows,
	    uuid);
	return 0;
}

int
segment_dump(struct dump *dump, struct error *err)
{
	struct segment_dumper d = {
		.dump = dump,
		.file = { .file = dump->file, .size_bytes = dump->size },
	};
	uint8_t bytes[SEGMENT_TRAILER_SIZE];
	struct block_ref footer;
	uint64_t offset;
	bool is_valid;
	int rc;

	dump_line(dump, "segment, %" PRIu64 " bytes", dump->size);
	if (dump->size < SEGMENT_HEADER_SIZE + SEGMENT_TRAILER_SIZE) {
		dump_problem(dump, "it is cut off");
		return 0;
	}
	rc = dump_header(&d, &is_valid, err);
	if (rc != 0 || !is_valid)
		return rc;
	offset = dump->size - SEGMENT_TRAILER_SIZE;
	rc = os_pread_full(dump->file, bytes, sizeof(bytes), offset, err);
	if (rc != 0)
		return rc;
	if (segment_take_trailer(bytes, d.file.identity, offset, &footer))
		return dump_footer(&d, &footer, err);
	dump_problem(dump, "offset %" PRIu64 ": the trailer is damaged",
	    offset);
	return 0;
}
