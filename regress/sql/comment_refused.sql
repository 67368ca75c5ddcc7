-- COMMENT ON that there is not here, and how psql shows those that there are.
\set VERBOSITY verbose
comment on function now() is 'x';
comment on role nobody is 'x';
comment on index i is 'x';
comment on view events is 'x';
comment on column events.payload is 'x';
create table shown (a int);
create view showing as select a from shown;
comment on table shown is 'a table that is shown';
comment on column shown.a is 'its a';
comment on column shown.event_id is 'its number';
comment on view showing is 'a view';
\set VERBOSITY default
\d+ shown
\dt+ shown
\dv+ showing
\dd
\dn+ public
prepare say as select obj_description('shown'::regclass);
execute say;
comment on table shown is 'otherwise';
execute say;
drop table shown cascade;
