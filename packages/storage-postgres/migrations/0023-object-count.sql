-- breaking: true
-- Objects, attempts and finished cleanups, counted like leases.

create function "$schema".count_new_objects() returns trigger language plpgsql as $$
declare
  v_held integer := (select count(*) from new_rows);
begin
  if v_held > 0 then
    insert into "$schema".ledger (at, held) values ("$schema".lease_now(), v_held);
  end if;
  return null;
end
$$;
comment on function "$schema".count_new_objects is 'Appends new objects to the ledger';

-- ended: what a statement takes away from HELD. One statement either ends lives or revives objects, never both.
create function "$schema".count_changed_objects() returns trigger language plpgsql as $$
declare
  v_held integer;
  v_claimed integer;
  v_abandoned integer;
begin
  select sum(r.sign) filter (where r.state = 'HELD'), sum(r.sign) filter (where r.state = 'CLAIMED'),
      sum(r.sign) filter (where r.state = 'ABANDONED')
    into v_held, v_claimed, v_abandoned
    from (select 1 as sign, state from new_rows union all select -1, state from old_rows) r;
  v_held := coalesce(v_held, 0);
  v_claimed := coalesce(v_claimed, 0);
  v_abandoned := coalesce(v_abandoned, 0);
  if v_held <> 0 or v_claimed <> 0 or v_abandoned <> 0 then
    insert into "$schema".ledger (at, held, ended, open, claimed, abandoned)
      values ("$schema".lease_now(), v_held, greatest(-v_held, 0), -v_held - v_abandoned, v_claimed, v_abandoned);
  end if;
  return null;
end
$$;
comment on function "$schema".count_changed_objects is 'Appends changes of the states of objects to the ledger';

-- kept: a held object that goes with its cleanup. One without a cleanup was never counted.
create function "$schema".count_gone_objects() returns trigger language plpgsql as $$
begin
  insert into "$schema".ledger (at, held, ended, kept, open, claimed, abandoned)
    select "$schema".lease_now(), -g.held, g.kept, g.kept, -g.open, -g.claimed, -g.abandoned
    from (
      select count(*) as gone, count(*) filter (where state = 'HELD') as held,
        count(*) filter (where state = 'HELD' and cleanup is not null) as kept,
        count(*) filter (where state in ('DUE', 'CLAIMED')) as open,
        count(*) filter (where state = 'CLAIMED') as claimed,
        count(*) filter (where state = 'ABANDONED') as abandoned
      from old_rows
    ) g
    where g.gone > 0;
  return null;
end
$$;
comment on function "$schema".count_gone_objects is 'Appends deleted objects to the ledger';

create function "$schema".count_attempts() returns trigger language plpgsql as $$
begin
  insert into "$schema".ledger (at, done, retried, failed, unstarted, lost)
    select "$schema".lease_now(), a.done, a.retried, a.failed, a.unstarted, a.lost
    from (
      select count(*) as attempts, count(*) filter (where outcome = 'DONE') as done,
        count(*) filter (where outcome = 'RETRY') as retried, count(*) filter (where outcome = 'FAIL') as failed,
        count(*) filter (where outcome = 'UNSTARTED') as unstarted, count(*) filter (where outcome = 'LOST') as lost
      from new_rows
    ) a
    where a.attempts > 0;
  return null;
end
$$;
comment on function "$schema".count_attempts is 'Appends settled attempts to the ledger';

create function "$schema".count_finished() returns trigger language plpgsql as $$
begin
  insert into "$schema".ledger (at, collected, revived, forgotten)
    select "$schema".lease_now(), f.collected, f.revived, f.forgotten
    from (
      select count(*) as finished, count(*) filter (where state = 'COLLECTED') as collected,
        count(*) filter (where state = 'REVIVED') as revived, count(*) filter (where state = 'FORGOTTEN') as forgotten
      from new_rows
    ) f
    where f.finished > 0;
  return null;
end
$$;
comment on function "$schema".count_finished is 'Appends finished cleanups to the ledger';

create trigger counts_new after insert on "$schema".object referencing new table as new_rows
  for each statement execute function "$schema".count_new_objects();
create trigger counts_changed after update on "$schema".object referencing old table as old_rows new table as new_rows
  for each statement execute function "$schema".count_changed_objects();
create trigger counts_gone after delete on "$schema".object referencing old table as old_rows
  for each statement execute function "$schema".count_gone_objects();
create trigger counts_new after insert on "$schema".attempt referencing new table as new_rows
  for each statement execute function "$schema".count_attempts();
create trigger counts_new after insert on "$schema".finished referencing new table as new_rows
  for each statement execute function "$schema".count_finished();
