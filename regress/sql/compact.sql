-- Compaction: rows are the same before, during and after.
SELECT stele.compact_pause();
CREATE TYPE size AS ENUM ('small', 'large');
-- So many contexts that each shard has some of these.
CREATE TABLE filler (n int);
CREATE TABLE parcel (code text NOT NULL, size size, weight numeric(8,2), sent date, note text);
INSERT INTO parcel (context_id, timestamp, code, size, weight, sent, note) VALUES
  ('r-1', '2026-03-01 10:00Z', 'A1', 'small', 1.25, '2026-03-02', ''),
  ('r-2', '2026-03-01 11:00Z', 'A2', 'large', 30.00, '2026-03-02', NULL),
  ('r-3', '2026-03-01 12:00Z', 'A3', NULL, NULL, NULL, 'lost'),
  ('r-4', '2026-03-01 13:00Z', 'A1', 'small', -0.50, '2026-03-03', 'returned');
INSERT INTO filler (context_id, timestamp, n) SELECT 'f' || g, '2026-03-01 10:00Z', g FROM generate_series(1, 40) g;
CHECKPOINT;
-- Late, far away, and with a field that is younger.
ALTER TABLE parcel ADD COLUMN via text DEFAULT 'road';
INSERT INTO parcel (context_id, timestamp, code, size, weight, sent, note, via) VALUES
  ('r-1', '2019-12-31 23:59Z', 'B1', 'large', 2.00, '2026-03-04', 'late', 'air'),
  ('r-2', '2026-03-09 10:00Z', 'B2', 'small', 7.10, '2026-03-09', '', NULL),
  ('r-3', '2026-03-09 10:00Z', 'A3', 'small', 7.10, '2026-03-09', NULL, 'sea'),
  ('r-4', '2026-03-09 10:00Z', 'B4', NULL, 0, '2026-03-09', NULL, 'sea');
INSERT INTO filler (context_id, timestamp, n) SELECT 'f' || g, '2026-03-09 10:00Z', g FROM generate_series(1, 40) g;
CHECKPOINT;
INSERT INTO parcel (context_id, timestamp, code) VALUES ('r-1', '2026-03-10 00:00Z', 'C1'), ('r-2', '2026-03-10 00:00Z', 'C2'),
  ('r-3', '2026-03-10 00:00Z', 'C3'), ('r-4', '2026-03-10 00:00Z', 'C4');
INSERT INTO filler (context_id, timestamp, n) SELECT 'f' || g, '2026-03-10 00:00Z', g FROM generate_series(1, 40) g;
CHECKPOINT;
SELECT count(*) FROM stele.segments;
SELECT event_id, context_id, code, size, weight, sent, note, via FROM parcel ORDER BY event_id;
SELECT event_id, code FROM parcel WHERE context_id = 'r-3' ORDER BY event_id;
SELECT event_id FROM parcel WHERE code = 'A1' ORDER BY event_id;
SELECT event_id FROM parcel WHERE size = 'small' AND via = 'road' ORDER BY event_id;
SELECT via, count(*), sum(weight) FROM parcel GROUP BY via ORDER BY via;
REPLAY parcel FOR "r-1";
SELECT stele.compact();
SELECT stele.compact_resume();
BEGIN ISOLATION LEVEL REPEATABLE READ;
DECLARE before CURSOR FOR SELECT event_id, context_id, code, size, weight, sent, note, via FROM parcel ORDER BY event_id;
FETCH 2 FROM before;
SELECT stele.compact();
-- One segment a shard is left; the cursor has its own.
SELECT count(*), count(DISTINCT shard), sum(rows) FROM stele.segments;
FETCH ALL FROM before;
COMMIT;
SELECT event_id, context_id, code, size, weight, sent, note, via FROM parcel ORDER BY event_id;
SELECT event_id, code FROM parcel WHERE context_id = 'r-3' ORDER BY event_id;
SELECT event_id FROM parcel WHERE code = 'A1' ORDER BY event_id;
SELECT event_id FROM parcel WHERE size = 'small' AND via = 'road' ORDER BY event_id;
SELECT via, count(*), sum(weight) FROM parcel GROUP BY via ORDER BY via;
REPLAY parcel FOR "r-1";
SELECT stele.compact();
SELECT state, kind, sum(inputs) AS inputs, sum(input_rows) AS rows, sum(outputs) AS outputs, min(progress) AS progress,
  bool_and(input_bytes > 0 AND output_bytes > 0 AND finished >= started) AS told, max(message) AS message
  FROM stele.compactions GROUP BY state, kind ORDER BY state, kind;
SELECT level, window_start IS NULL AS spread FROM stele.segments GROUP BY 1, 2;
