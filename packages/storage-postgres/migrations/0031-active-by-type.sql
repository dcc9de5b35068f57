-- breaking: false
-- Active leases by the type of their object: the well-known types; all other types are what is left of the active ones.

alter table "$schema".ledger
  add column database_row integer not null default 0,
  add column blob integer not null default 0,
  add column temporary_file integer not null default 0,
  add column websocket_session integer not null default 0,
  add column cache_entry integer not null default 0,
  add column custom integer not null default 0;
alter table "$schema".total
  add column database_row bigint not null default 0,
  add column blob bigint not null default 0,
  add column temporary_file bigint not null default 0,
  add column websocket_session bigint not null default 0,
  add column cache_entry bigint not null default 0,
  add column custom bigint not null default 0;

-- Nobody creates or ends a lease between this count and the first one of the triggers below.
lock table "$schema".lease in share row exclusive mode;
update "$schema".total t set
  database_row = c.database_row, blob = c.blob, temporary_file = c.temporary_file,
  websocket_session = c.websocket_session, cache_entry = c.cache_entry, custom = c.custom
from (
  select count(*) filter (where q.type = 'database-row') database_row, count(*) filter (where q.type = 'blob') blob,
    count(*) filter (where q.type = 'temporary-file') temporary_file,
    count(*) filter (where q.type = 'websocket-session') websocket_session,
    count(*) filter (where q.type = 'cache-entry') cache_entry, count(*) filter (where q.type = 'custom') custom
  from (select split_part(object_key, '/', 1) as type from "$schema".lease where state = 'ACTIVE') q
) c;

create or replace function "$schema".count_new_leases() returns trigger language plpgsql as $$
begin
  insert into "$schema".ledger (
    at, created, active, database_row, blob, temporary_file, websocket_session, cache_entry, custom)
  select "$schema".lease_now(), count(*), count(*), count(*) filter (where q.type = 'database-row'),
    count(*) filter (where q.type = 'blob'), count(*) filter (where q.type = 'temporary-file'),
    count(*) filter (where q.type = 'websocket-session'), count(*) filter (where q.type = 'cache-entry'),
    count(*) filter (where q.type = 'custom')
  from (select split_part(object_key, '/', 1) as type from new_rows) q
  having count(*) > 0;
  return null;
end
$$;

create or replace function "$schema".count_changed_leases() returns trigger language plpgsql as $$
declare
  v_renewals integer;
  v_released integer;
  v_expired integer;
begin
  select sum(sign * r.renewal_count), sum(sign) filter (where r.state = 'RELEASED'),
      sum(sign) filter (where r.state = 'EXPIRED')
    into v_renewals, v_released, v_expired
    from (
      select 1 as sign, state, renewal_count from new_rows
      union all select -1, state, renewal_count from old_rows
    ) r;
  v_released := coalesce(v_released, 0);
  v_expired := coalesce(v_expired, 0);
  if v_released + v_expired = 0 then
    -- Renewals, as a rule: they look at no type.
    if v_renewals <> 0 or v_released <> 0 then
      insert into "$schema".ledger (at, released, expired, renewals)
        values ("$schema".lease_now(), v_released, v_expired, v_renewals);
    end if;
    return null;
  end if;
  insert into "$schema".ledger (
    at, active, released, expired, renewals, database_row, blob, temporary_file, websocket_session, cache_entry, custom)
  select "$schema".lease_now(), -v_released - v_expired, v_released, v_expired, v_renewals,
    coalesce(sum(q.sign) filter (where q.type = 'database-row'), 0),
    coalesce(sum(q.sign) filter (where q.type = 'blob'), 0),
    coalesce(sum(q.sign) filter (where q.type = 'temporary-file'), 0),
    coalesce(sum(q.sign) filter (where q.type = 'websocket-session'), 0),
    coalesce(sum(q.sign) filter (where q.type = 'cache-entry'), 0),
    coalesce(sum(q.sign) filter (where q.type = 'custom'), 0)
  from (
    select -1 as sign, split_part(object_key, '/', 1) as type from old_rows where state = 'ACTIVE'
    union all select 1, split_part(object_key, '/', 1) from new_rows where state = 'ACTIVE'
  ) q;
  insert into "$schema".service_refund (service_id, refund)
    select r.service_id, sum(r.sign) from (
      select 1 as sign, service_id from old_rows where state = 'ACTIVE'
      union all select -1, service_id from new_rows where state = 'ACTIVE'
    ) r
    group by r.service_id having sum(r.sign) <> 0;
  return null;
end
$$;
