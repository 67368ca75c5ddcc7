/* SPDX-License-Identifier: Apache-2.0 */
/* words.ts -- the words of the native language, and functions worth completing. */

export const NATIVE_KEYWORDS = ("DEFINE AS FIELDS STORE FOR AT PAYLOAD BATCH QUERY FIND SINCE USING WHERE RETURN COUNT " +
    "UNIQUE TOTAL AVG MIN MAX PER HOUR DAY WEEK MONTH YEAR FROM SUNDAY MONDAY BY ORDER DESC ASC LIMIT OFFSET FOLLOWED PRECEDED " +
    "LINKED WITHIN SECONDS MINUTES HOURS DAYS WEEKS SECOND MINUTE PLOT OF VS FILTER BREAKDOWN OVER TOP THEN REPLAY " +
    "REMEMBER SHOW FORGET LIST TYPES DESCRIBE EXPLAIN ANALYZE COSTS OFF RETAIN FOREVER FLUSH PING CREATE USER WITH KEY " +
    "ROLES GRANT REVOKE READ WRITE ON TO PERMISSIONS USERS REMEMBERED ROTATE HELP AND OR NOT IN IS NULL TRUE FALSE").split(" ");

export const NATIVE_TYPES = ["string", "int", "i64", "u64", "float", "f64", "decimal", "bool", "datetime", "date", "uuid",
    "json", "null"];

export const SQL_FUNCTIONS = ("count sum avg min max array_agg string_agg bool_and bool_or stddev variance " +
    "percentile_cont date_trunc date_part extract now to_char to_timestamp age coalesce nullif greatest least " +
    "lower upper length substring trim replace split_part position concat regexp_match regexp_replace " +
    "abs round floor ceil mod power sqrt row_number rank dense_rank lag lead first_value last_value ntile " +
    "jsonb_extract_path_text jsonb_each_text generate_series").split(" ");
