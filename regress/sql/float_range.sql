-- What is too large or too small for a float, however it comes to be one.  The
-- answers are PostgreSQL 15's.
\set VERBOSITY verbose
SELECT 1e-330::numeric::float8;
SELECT -1e-330::numeric::float8;
SELECT 1e-320::numeric::float8, 3e-324::numeric::float8;
SELECT 1e310::numeric::float8;
SELECT 1.7976931348623157e308::numeric::float8;
SELECT 1e39::numeric::float4;
SELECT 1e-46::numeric::float4;
SELECT 1e-45::numeric::float4, 8e-46::numeric::float4, 3.4028235e38::numeric::float4;
SELECT 7e-46::numeric::float4;
SELECT 'nan'::numeric::float8, 'inf'::numeric::float8, '-inf'::numeric::float4, 0::numeric::float8, 0.000::numeric::float4;
SELECT 1e-330::numeric = 0::float8;
SELECT avg(x::float8) FROM (VALUES (1), (1e-330::numeric)) AS v (x);
SELECT '1e400'::float8;
SELECT '1e-400'::float8;
SELECT '1e39'::text::float4;
SELECT '1e-46'::text::float4;
SELECT '4.9e-324'::float8, '1e-45'::float4;
SELECT 1e39::float8::float4;
SELECT 1e-46::float8::float4;
SELECT 1e308::float8 * 10;
SELECT 1e-300::float8 * 1e-300::float8;
