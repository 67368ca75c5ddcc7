-- Payments of some orders, for scripts that ask as tools do.
CREATE TYPE status AS ENUM ('new', 'paid');
CREATE TABLE payment (amount numeric(10,2) NOT NULL, st status DEFAULT 'new', note varchar(20));
CREATE VIEW paid AS SELECT event_id, amount FROM payment WHERE st = 'paid';
INSERT INTO payment (context_id, timestamp, amount, st, note) VALUES
    ('order-1', '2026-01-02 10:00:10Z', 19.90, 'paid', 'card'),
    ('order-2', '2026-01-02 10:00:50Z', 5, 'new', NULL),
    ('order-3', '2026-01-02 10:03:00Z', 100, 'paid', 'Card'),
    ('order-1', '2026-02-14 23:59:59.999999Z', 7.25, 'paid', 'cash');
