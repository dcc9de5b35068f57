-- breaking: true
-- Leases are counted by statement, not by the verbs: so the totals are right whoever writes, and change in the same
-- transaction as the states (S6, S16). Differences of aggregates, no joins: 500 x 500 rows are soon a nested loop.

create function "$schema".count_new_leases() returns trigger language plpgsql as $$
declare
  v_leases integer := (select count(*) from new_rows);
begin
  if v_leases > 0 then
    insert into "$schema".ledger (at, created, active) values ("$schema".lease_now(), v_leases, v_leases);
  end if;
  return null;
end
$$;
comment on function "$schema".count_new_leases is 'Appends created leases to the ledger';

create function "$schema".count_changed_leases() returns trigger language plpgsql as $$
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
  if v_renewals <> 0 or v_released <> 0 or v_expired <> 0 then
    insert into "$schema".ledger (at, active, released, expired, renewals)
      values ("$schema".lease_now(), -v_released - v_expired, v_released, v_expired, v_renewals);
  end if;
  if v_released + v_expired <> 0 then
    insert into "$schema".service_refund (service_id, refund)
      select r.service_id, sum(r.sign) from (
        select 1 as sign, service_id from old_rows where state = 'ACTIVE'
        union all select -1, service_id from new_rows where state = 'ACTIVE'
      ) r
      group by r.service_id having sum(r.sign) <> 0;
  end if;
  return null;
end
$$;
comment on function "$schema".count_changed_leases is
  'Appends renewals and ends of leases to the ledger, and what the ends give back to the quotas';

create trigger counts_new after insert on "$schema".lease referencing new table as new_rows
  for each statement execute function "$schema".count_new_leases();
create trigger counts_changed after update on "$schema".lease referencing old table as old_rows new table as new_rows
  for each statement execute function "$schema".count_changed_leases();
