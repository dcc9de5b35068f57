-- breaking: false
-- As in 0024, with the columns that 0031 added to the ledger and the finer steps of 0035: the renewals of 60 s are kept, in steps of 2 s.

create or replace function "$schema".lease_fold_v1(p_limit integer) returns integer language plpgsql as $$
declare
  v_window timestamptz;
  v_folded integer;
begin
  perform from "$schema".total for no key update skip locked;
  if not found then return 0; end if;
  v_window := "$schema".lease_step("$schema".lease_now()) - interval '58 s';
  delete from "$schema".renewal_step where start < v_window;
  with moved as materialized (
    delete from "$schema".ledger where ctid = any (array(select ctid from "$schema".ledger limit p_limit)) returning *
  ), window_step as (
    insert into "$schema".renewal_step as s (start, renewed)
      select "$schema".lease_step(at), sum(renewals) from moved where at >= v_window and renewals > 0 group by 1
      on conflict (start) do update set renewed = s.renewed + excluded.renewed
  ), summed as (
    select count(*) as rows, sum(created) as created, sum(active) as active, sum(released) as released,
      sum(expired) as expired, sum(renewals) as renewals, sum(held) as held, sum(ended) as ended, sum(kept) as kept,
      sum(open) as open, sum(claimed) as claimed, sum(abandoned) as abandoned, sum(collected) as collected,
      sum(revived) as revived, sum(forgotten) as forgotten, sum(done) as done, sum(retried) as retried,
      sum(failed) as failed, sum(unstarted) as unstarted, sum(lost) as lost, sum(stale) as stale,
      sum(database_row) as database_row, sum(blob) as blob, sum(temporary_file) as temporary_file,
      sum(websocket_session) as websocket_session, sum(cache_entry) as cache_entry, sum(custom) as custom
    from moved
  )
  update "$schema".total t set created = t.created + s.created, active = t.active + s.active,
      released = t.released + s.released, expired = t.expired + s.expired, renewals = t.renewals + s.renewals,
      held = t.held + s.held, ended = t.ended + s.ended, kept = t.kept + s.kept, open = t.open + s.open,
      claimed = t.claimed + s.claimed, abandoned = t.abandoned + s.abandoned, collected = t.collected + s.collected,
      revived = t.revived + s.revived, forgotten = t.forgotten + s.forgotten, done = t.done + s.done,
      retried = t.retried + s.retried, failed = t.failed + s.failed, unstarted = t.unstarted + s.unstarted,
      lost = t.lost + s.lost, stale = t.stale + s.stale,
      database_row = t.database_row + s.database_row, blob = t.blob + s.blob,
      temporary_file = t.temporary_file + s.temporary_file, websocket_session = t.websocket_session + s.websocket_session,
      cache_entry = t.cache_entry + s.cache_entry, custom = t.custom + s.custom
    from summed s where s.rows > 0
    returning s.rows into v_folded;
  return coalesce(v_folded, 0);
end
$$;
