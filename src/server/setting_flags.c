/* SPDX-License-Identifier: Apache-2.0 */
/*
 * setting_flags.c -- what pg_settings_get_flags() says of a setting, as
 * PostgreSQL 15 does: whether EXPLAIN tells it, RESET ALL resets it, SHOW ALL
 * shows it.
 */
#include "common/attr.h"
#include "common/config.h"
#include "server/settings_private.h"

/* By name, letters compared without case; all others have none. */
static const struct {
	const char *name;
	const char *flags;
} rows[] = {
	/* clang-format off */
	{ "allow_in_place_tablespaces", "NOT_IN_SAMPLE" },
	{ "allow_system_table_mods", "NOT_IN_SAMPLE" },
	{ "application_name", "NOT_IN_SAMPLE" },
	{ "backtrace_functions", "NOT_IN_SAMPLE" },
	{ "block_size", "NOT_IN_SAMPLE" },
	{ "constraint_exclusion", "EXPLAIN" },
	{ "cpu_index_tuple_cost", "EXPLAIN" },
	{ "cpu_operator_cost", "EXPLAIN" },
	{ "cpu_tuple_cost", "EXPLAIN" },
	{ "cursor_tuple_fraction", "EXPLAIN" },
	{ "data_checksums", "NOT_IN_SAMPLE RUNTIME_COMPUTED" },
	{ "data_directory_mode", "NOT_IN_SAMPLE RUNTIME_COMPUTED" },
	{ "debug_assertions", "NOT_IN_SAMPLE" },
	{ "debug_discard_caches", "NOT_IN_SAMPLE" },
	{ "default_with_oids", "NO_SHOW_ALL NOT_IN_SAMPLE" },
	{ "effective_cache_size", "EXPLAIN" },
	{ "effective_io_concurrency", "EXPLAIN" },
	{ "enable_async_append", "EXPLAIN" },
	{ "enable_bitmapscan", "EXPLAIN" },
	{ "enable_gathermerge", "EXPLAIN" },
	{ "enable_hashagg", "EXPLAIN" },
	{ "enable_hashjoin", "EXPLAIN" },
	{ "enable_incremental_sort", "EXPLAIN" },
	{ "enable_indexonlyscan", "EXPLAIN" },
	{ "enable_indexscan", "EXPLAIN" },
	{ "enable_material", "EXPLAIN" },
	{ "enable_memoize", "EXPLAIN" },
	{ "enable_mergejoin", "EXPLAIN" },
	{ "enable_nestloop", "EXPLAIN" },
	{ "enable_parallel_append", "EXPLAIN" },
	{ "enable_parallel_hash", "EXPLAIN" },
	{ "enable_partition_pruning", "EXPLAIN" },
	{ "enable_partitionwise_aggregate", "EXPLAIN" },
	{ "enable_partitionwise_join", "EXPLAIN" },
	{ "enable_seqscan", "EXPLAIN" },
	{ "enable_sort", "EXPLAIN" },
	{ "enable_tidscan", "EXPLAIN" },
	{ "force_parallel_mode", "EXPLAIN NOT_IN_SAMPLE" },
	{ "from_collapse_limit", "EXPLAIN" },
	{ "geqo", "EXPLAIN" },
	{ "geqo_effort", "EXPLAIN" },
	{ "geqo_generations", "EXPLAIN" },
	{ "geqo_pool_size", "EXPLAIN" },
	{ "geqo_seed", "EXPLAIN" },
	{ "geqo_selection_bias", "EXPLAIN" },
	{ "geqo_threshold", "EXPLAIN" },
	{ "hash_mem_multiplier", "EXPLAIN" },
	{ "ignore_checksum_failure", "NOT_IN_SAMPLE" },
	{ "ignore_invalid_pages", "NOT_IN_SAMPLE" },
	{ "ignore_system_indexes", "NOT_IN_SAMPLE" },
	{ "in_hot_standby", "NOT_IN_SAMPLE" },
	{ "integer_datetimes", "NOT_IN_SAMPLE" },
	{ "is_superuser", "NO_RESET_ALL NO_SHOW_ALL NOT_IN_SAMPLE" },
	{ "jit", "EXPLAIN" },
	{ "jit_above_cost", "EXPLAIN" },
	{ "jit_debugging_support", "NOT_IN_SAMPLE" },
	{ "jit_dump_bitcode", "NOT_IN_SAMPLE" },
	{ "jit_expressions", "NOT_IN_SAMPLE" },
	{ "jit_inline_above_cost", "EXPLAIN" },
	{ "jit_optimize_above_cost", "EXPLAIN" },
	{ "jit_profiling_support", "NOT_IN_SAMPLE" },
	{ "jit_tuple_deforming", "NOT_IN_SAMPLE" },
	{ "join_collapse_limit", "EXPLAIN" },
	{ "lc_collate", "NOT_IN_SAMPLE" },
	{ "lc_ctype", "NOT_IN_SAMPLE" },
	{ "maintenance_io_concurrency", "EXPLAIN" },
	{ "max_function_args", "NOT_IN_SAMPLE" },
	{ "max_identifier_length", "NOT_IN_SAMPLE" },
	{ "max_index_keys", "NOT_IN_SAMPLE" },
	{ "max_parallel_workers", "EXPLAIN" },
	{ "max_parallel_workers_per_gather", "EXPLAIN" },
	{ "min_parallel_index_scan_size", "EXPLAIN" },
	{ "min_parallel_table_scan_size", "EXPLAIN" },
	{ "parallel_leader_participation", "EXPLAIN" },
	{ "parallel_setup_cost", "EXPLAIN" },
	{ "parallel_tuple_cost", "EXPLAIN" },
	{ "plan_cache_mode", "EXPLAIN" },
	{ "post_auth_delay", "NOT_IN_SAMPLE" },
	{ "pre_auth_delay", "NOT_IN_SAMPLE" },
	{ "random_page_cost", "EXPLAIN" },
	{ "recursive_worktable_factor", "EXPLAIN" },
	{ "remove_temp_files_after_crash", "NOT_IN_SAMPLE" },
	{ "restrict_nonsystem_relation_kind", "NOT_IN_SAMPLE" },
	{ "role", "NO_RESET_ALL NO_SHOW_ALL NOT_IN_SAMPLE" },
	{ "search_path", "EXPLAIN" },
	{ "seed", "NO_RESET_ALL NO_SHOW_ALL NOT_IN_SAMPLE" },
	{ "segment_size", "NOT_IN_SAMPLE" },
	{ "seq_page_cost", "EXPLAIN" },
	{ "server_encoding", "NOT_IN_SAMPLE" },
	{ "server_version", "NOT_IN_SAMPLE" },
	{ "server_version_num", "NOT_IN_SAMPLE" },
	{ "session_authorization", "NO_RESET_ALL NO_SHOW_ALL NOT_IN_SAMPLE" },
	{ "shared_memory_size", "NOT_IN_SAMPLE RUNTIME_COMPUTED" },
	{ "shared_memory_size_in_huge_pages", "NOT_IN_SAMPLE RUNTIME_COMPUTED" },
	{ "ssl_library", "NOT_IN_SAMPLE" },
	{ "ssl_renegotiation_limit", "NO_SHOW_ALL NOT_IN_SAMPLE" },
	{ "temp_buffers", "EXPLAIN" },
	{ "trace_notify", "NOT_IN_SAMPLE" },
	{ "trace_recovery_messages", "NOT_IN_SAMPLE" },
	{ "trace_sort", "NOT_IN_SAMPLE" },
	{ "transaction_deferrable", "NO_RESET_ALL NOT_IN_SAMPLE" },
	{ "transaction_isolation", "NO_RESET_ALL NOT_IN_SAMPLE" },
	{ "transaction_read_only", "NO_RESET_ALL NOT_IN_SAMPLE" },
	{ "wal_block_size", "NOT_IN_SAMPLE" },
	{ "wal_consistency_checking", "NOT_IN_SAMPLE" },
	{ "wal_segment_size", "NOT_IN_SAMPLE RUNTIME_COMPUTED" },
	{ "work_mem", "EXPLAIN" },
	{ "zero_damaged_pages", "NOT_IN_SAMPLE" },
	/* clang-format on */
};

const char *
setting_flags(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (str_equal_nocase(name, str_of_cstr(rows[i].name)))
			return rows[i].flags;
	return setting_row_find(name) != NULL ||
		config_option_find(name) != NULL
	    ? ""
	    : NULL;
}
