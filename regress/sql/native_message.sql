-- Errors that programs know by their text.  Behind a statement stands what the
-- doors of the native language say of it: tests/wire/doors_test.py asks them.
\set VERBOSITY verbose
define item fields { "id": "int", "state": ["new", "paid"], "at": "datetime | null", "day": "date | null", "who": "string | null" };
define pack fields { "id": "int", "who": "string | null" };
-- no command
NONSENSE;
-- native: 400 Unknown command: NONSENSE
COMPARE a VS b;
-- native: 400 Unknown command: COMPARE a VS b
5;
-- native: 400 Unknown command: 5
-- something is missing
define;
-- native: 400 Missing argument: an event type, at character 7
define more;
-- native: 400 Missing argument: FIELDS, at character 12
define more fields;
-- native: 400 Missing argument: "{", at character 19
define more fields { "a": "int";
-- native: 400 Missing argument: "}", at character 32
store;
-- native: 400 Missing argument: an event type, at character 6
store item;
-- native: 400 Missing argument: FOR, at character 11
store item for;
-- native: 400 Missing argument: a context, at character 15
store item for c;
-- native: 400 Missing argument: PAYLOAD, at character 17
store item for c payload;
-- native: 400 Missing argument: a JSON object, a string or $n, at character 25
query;
-- native: 400 Missing argument: an event type, at character 6
query item where;
-- native: 400 Missing argument: a field, at character 17
query item where id =;
-- native: 400 Missing argument: a value, at character 22
query item followed by;
-- native: 400 Missing argument: an event type, at character 23
query item order by;
-- native: 400 Missing argument: a field, at character 20
query item limit;
-- native: 400 Missing argument: a count, at character 17
query item per;
-- native: 400 Missing argument: HOUR, DAY, WEEK, MONTH or YEAR, at character 15
query item total;
-- native: 400 Missing argument: a field, at character 17
replay;
-- native: 400 Missing argument: an event type or FOR, at character 7
replay for;
-- native: 400 Missing argument: a context, at character 11
plot;
-- native: 400 Missing argument: COUNT, TOTAL, SUM, AVG, MIN, MAX or UNIQUE, at character 5
plot count;
-- native: 400 Missing argument: OF, at character 11
plot count of;
-- native: 400 Missing argument: an event type, at character 14
remember;
-- native: 400 Missing argument: QUERY or FIND, at character 9
remember query item;
-- native: 400 Missing argument: AS, at character 20
remember query item as;
-- native: 400 Missing argument: a name for what is kept, at character 23
forget;
-- native: 400 Missing argument: a kept query, at character 7
list;
-- native: 400 Missing argument: USERS, TYPES or REMEMBERED, at character 5
describe;
-- native: 400 Missing argument: an event type, at character 9
retain item;
-- native: 400 Missing argument: an interval or FOREVER, at character 12
revoke key;
-- native: 400 Missing argument: a user, at character 11
rotate;
-- native: 400 Missing argument: KEY, at character 7
rotate key;
-- native: 400 Missing argument: a user, at character 11
show permissions;
-- native: 400 Missing argument: FOR, at character 17
show permissions for;
-- native: 400 Missing argument: a user, at character 21
-- something else stands there
define more { "a": "int" };
-- native: 400 Expected keyword 'FIELDS', but found '{', at character 13
store item in c payload {"id": 1};
-- native: 400 Expected keyword 'FOR', but found 'in', at character 12
store item for c data {"id": 1};
-- native: 400 Expected keyword 'PAYLOAD', but found 'data', at character 18
query item order id;
-- native: 400 Expected keyword 'BY', but found 'id', at character 18
query item followed pack;
-- native: 400 Expected keyword 'BY', but found 'pack', at character 21
list types now;
-- native: 400 Unexpected token: "now", expected the end of the statement, at character 12
query item limit -1;
-- native: 400 Unexpected token: "-1", expected a count, at character 18
query item limit x;
-- native: 400 Unexpected token: "x", expected a count, at character 18
query item where id = = 5;
-- native: 400 Unexpected token: "=", expected a value, at character 23
query item return id;
-- native: 400 Unexpected token: "id", expected "[", at character 19
query item per minute;
-- native: 400 Unexpected token: "minute", expected HOUR, DAY, WEEK, MONTH or YEAR, at character 16
query item @;
-- native: 400 Unexpected token: "@", expected the end of the statement, at character 12
plot median(id) of item;
-- native: 400 Unexpected token: "median", expected COUNT, TOTAL, SUM, AVG, MIN, MAX or UNIQUE, at character 6
show permissions of ann;
-- native: 400 Expected keyword 'FOR', but found 'of', at character 18
query 5;
-- native: 400 Invalid event type: 5, at character 7
define 5 fields { "a": "int" };
-- native: 400 Invalid event type: 5, at character 8
query item limit 1 limit 2;
-- native: 400 LIMIT is given more than once, at character 20
-- what FIELDS has
define more fields "a";
-- native: 400 Expected JSON block, but found something else, at character 20
define more fields { };
-- native: 400 Schema cannot be empty, at character 22
define more fields { "a": { "b": "int" } };
-- native: 400 Nested JSON blocks are not allowed, at character 27
define more fields { "a": 5 };
-- native: 400 Invalid JSON: Field type must be a string or array, at character 27
define more fields { "a": [] };
-- native: 400 Invalid JSON: Enum must have at least one variant, at character 28
define more fields { "a": [1] };
-- native: 400 Invalid JSON: Enum variants must be strings, at character 28
define more fields { "a": "int" } and more;
-- native: 400 Unexpected token: "and", expected the end of the statement, at character 35
define more fields { "a": "sting" };
-- native: 400 type "sting" does not exist, at character 27. A type is one of string, int, i64, u64, f64, float, bool, datetime, timestamp, date, uuid, decimal(p,s), json and enums ["a", "b"].
define item fields { "id": "int" };
-- native: 400 Define failed: Schema for event_type 'item' already defined
-- what PAYLOAD has
store item for c payload 5;
-- native: 400 Expected JSON block, but found something else, at character 26
store item for c payload {"id": 1;
-- native: 400 Invalid JSON: unterminated JSON object, at character 26
store item for c payload {"id" 1};
-- native: 400 Invalid JSON: invalid input syntax for type json, at character 26. Expected ":", but found "1".
store item for c payload '[1]';
-- native: 400 Payload must be a JSON object
store item for c payload '{"id": 1}';
-- native: 400 Missing field 'state' in payload
store item for c payload '{"id": "1", "state": "new"}';
-- native: 400 Field 'id' does not match expected type
store item for c payload '{"id": null, "state": "new"}';
-- native: 400 Field 'id' does not match expected type
store item for c payload '{"id": 1, "state": "lost"}';
-- native: 400 Field 'state' does not match expected type
store item for c payload '{"id": 1, "state": "new", "at": "soon"}';
-- native: 400 Invalid time string: 'soon'
store item for c payload '{"id": 1, "state": "new", "colour": "red"}';
-- native: 400 Payload contains fields not defined in schema: colour
store nothing for c payload '{"id": 1}';
-- native: 400 No schema defined for event type 'nothing'
store item for c at "soon" payload '{"id": 1, "state": "new"}';
-- native: 400 Invalid time string: 'soon'
store item for c at "2026-02-30" payload '{"id": 1, "state": "new"}';
-- native: 400 Invalid time string: '2026-02-30'
store item for c at 17000000000000000000 payload '{"id": 1, "state": "new"}';
-- native: 400 Unrecognized integer time magnitude: 17000000000000000000
-- several in one: which of them, says the place
batch [ store pack for c payload '{"id": 1}' \; store pack for c payload '{"id": "1"}' ];
-- native: 400 Field 'id' does not match expected type, at character 81
batch [ store pack for c payload '{"id": 1}' \; store nothing for c payload '{"id": "1"}' ];
-- native: 400 No schema defined for event type 'nothing', at character 54
-- queries
query nothing;
-- native: 400 No schema defined for event type 'nothing'
replay nothing for c;
-- native: 400 No schema defined for event type 'nothing'
describe nothing;
-- native: 400 No schema defined for event type 'nothing'
query item where nothing = 1;
-- native: 400 column "nothing" does not exist, at character 18
query item order by nothing;
-- native: 400 column "nothing" does not exist, at character 21
query item return [nothing];
-- native: 400 column "nothing" does not exist, at character 20
query item total who;
-- native: 400 TOTAL needs a number, and field "who" is of type text, at character 18
query item where id = abc;
-- native: 400 invalid input syntax for type bigint: "abc", at character 23
query item since "soon";
-- native: 400 Invalid time string: 'soon'
query item since "2026-02-30";
-- native: 400 Invalid time string: '2026-02-30'
query item where day = "soon";
-- native: 400 Invalid time string: 'soon'
query item followed by pack linked by who where id = 1;
-- native: 400 WHERE clause validation failed: Ambiguous field 'id' exists in multiple event types: item, pack. Use event-prefixed fields (e.g., 'item.id' or 'pack.id') to disambiguate.
query item followed by pack;
-- native: 400 a sequence of event types needs LINKED BY, at character 28. LINKED BY names the field whose value the events of a sequence have in common; context_id will do.
query item linked by who;
-- native: 400 linked is for sequences of event types, at character 12. Write QUERY a FOLLOWED BY b LINKED BY a field that both have.
plot count of item filter exists(pack);
-- native: 400 EXISTS is not supported, at character 27
-- kept queries
\set VERBOSITY terse
remember query item as kept;
\set VERBOSITY verbose
remember query item as kept;
-- native: 400 Materialization 'kept' already exists
remember find item as pack;
-- native: 400 Materialization 'pack' already exists
remember item as other;
-- native: 400 Unexpected token: "item", expected QUERY or FIND, at character 10
show nothing;
-- native: 400 Materialization 'nothing' not found
forget nothing;
-- native: 400 Materialization 'nothing' not found
-- users
create user root with key "r" with roles ["admin"];
create user root with key "r";
-- native: 400 User already exists
create user with key "x";
rotate key nobody with key "x";
-- native: 400 User not found: nobody
revoke key nobody;
-- native: 400 User not found: nobody
grant read on item to nobody;
-- native: 400 Failed to grant permission: User not found: nobody
revoke read on item from nobody;
-- native: 400 Failed to revoke permission: User not found: nobody
grant write on nothing to root;
-- native: 400 No schema defined for event type 'nothing'
create user ann with key "a";
set role ann;
define other fields { "a": "int" };
-- native: 403 Only admin users can define schemas
store item for c payload '{"id": 1, "state": "new"}';
-- native: 403 Write permission denied for event type 'item'
query item;
-- native: 403 Read permission denied for event type 'item'
query item followed by pack linked by who;
-- native: 403 Read permission denied for event type 'item'
replay item for c;
-- native: 403 Read permission denied for event type 'item'
create user ben;
-- native: 403 Only admin users can manage users
revoke key root;
-- native: 403 Only admin users can manage users
grant read on item to ann;
-- native: 403 Only admin users can manage permissions
revoke read on item from ann;
-- native: 403 Only admin users can manage permissions
flush;
-- native: 403 must be superuser or have privileges of pg_checkpoint to do CHECKPOINT
reset role;
