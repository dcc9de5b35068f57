-- breaking: false
-- Folding keeps what is append-only short, a bounded step at a time. The truth is the same before, between and after.

-- One session at a time folds the ledger, whoever comes second goes away. The renewals of the brake's window (60 s, in
-- steps of 10 s) are kept by step, in the same statement, so that a sweep sees each renewal once.
create function "$schema".lease_fold_v1(p_limit integer) returns integer language plpgsql as $$
declare
  v_window timestamptz;
  v_folded integer;
begin
  perform from "$schema".total for no key update skip locked;
  if not found then return 0; end if;
  v_window := "$schema".lease_step("$schema".lease_now()) - interval '50 s';
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
      sum(failed) as failed, sum(unstarted) as unstarted, sum(lost) as lost, sum(stale) as stale
    from moved
  )
  update "$schema".total t set created = t.created + s.created, active = t.active + s.active,
      released = t.released + s.released, expired = t.expired + s.expired, renewals = t.renewals + s.renewals,
      held = t.held + s.held, ended = t.ended + s.ended, kept = t.kept + s.kept, open = t.open + s.open,
      claimed = t.claimed + s.claimed, abandoned = t.abandoned + s.abandoned, collected = t.collected + s.collected,
      revived = t.revived + s.revived, forgotten = t.forgotten + s.forgotten, done = t.done + s.done,
      retried = t.retried + s.retried, failed = t.failed + s.failed, unstarted = t.unstarted + s.unstarted,
      lost = t.lost + s.lost, stale = t.stale + s.stale
    from summed s where s.rows > 0
    returning s.rows into v_folded;
  return coalesce(v_folded, 0);
end
$$;
comment on function "$schema".lease_fold_v1 is
  'Moves at most so many rows of ledger into total and renewal_step; answers with how many';

-- Services are locked in order, as everywhere; here those first that nobody holds. A hot service, whose row is nearly
-- always locked, would otherwise keep its refunds for ever: where there are only such, the fold waits in line.
create function "$schema".lease_fold_refunds_v1(p_limit integer) returns integer language plpgsql as $$
declare
  v_wanted text[];
  v_locked text[];
  v_folded integer;
begin
  select array_agg(distinct r.service_id) into v_wanted
    from (select service_id from "$schema".service_refund limit p_limit) r;
  if v_wanted is null then return 0; end if;
  select array_agg(s.service_id) into v_locked from (
    select service_id from "$schema".service where service_id = any (v_wanted)
    order by service_id for no key update skip locked
  ) s;
  if v_locked is null then
    select array_agg(s.service_id) into v_locked from (
      select service_id from "$schema".service where service_id = any (v_wanted) order by service_id for no key update
    ) s;
  end if;
  with moved as materialized (
    delete from "$schema".service_refund where ctid = any (array(
      select ctid from "$schema".service_refund where service_id = any (v_locked) limit p_limit)) returning *
  ), summed as (
    select service_id, sum(refund) as refund, count(*) as rows from moved group by service_id
  ), paid as (
    update "$schema".service s set used = s.used - m.refund from summed m where s.service_id = m.service_id
    returning m.rows
  )
  select sum(rows) into v_folded from paid;
  return coalesce(v_folded, 0);
end
$$;
comment on function "$schema".lease_fold_refunds_v1 is
  'Moves at most so many rows of service_refund into service; answers with how many';
