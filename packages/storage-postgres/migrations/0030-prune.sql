-- breaking: false

-- One step of forgetting what is finished: at most p_limit rows of each kind. Rows that somebody has locked are left for
-- another time, so that it never waits. Moves no total.
--
-- Services that hold nothing go as well, or a store whose services are named after processes would keep each of them for
-- ever. They have no index of their own, since that would make every change of a quota a non-HOT update: a step looks at
-- the next p_limit services behind p_last_service.
--
-- A leap of the clock beyond the retention would make all that ended go at once, and S4 and S12 with it. So what ended before
-- a gap is spared in the recovery that follows (see lease_expire_v1), but for no longer than it is kept.
create function "$schema".lease_prune_v1(
  p_ended_ms bigint, p_finished_ms bigint, p_limit integer, p_last_service text,
  out leases integer, out finished integer, out attempts integer, out last_service text
) language plpgsql as $$
declare
  v_now constant timestamptz := "$schema".lease_now();
  v_ended timestamptz := v_now - p_ended_ms * interval '1 ms';
  v_finished timestamptz := v_now - p_finished_ms * interval '1 ms';
  c "$schema".control;
  v_services text[];
begin
  select * into c from "$schema".control;
  if c.recover_until > v_now then
    if c.gap_end > v_ended then v_ended := '-infinity'; end if;
    if c.gap_end > v_finished then v_finished := '-infinity'; end if;
  end if;

  delete from "$schema".lease where lease_id = any (array(
    select l.lease_id from "$schema".lease l where l.end_time < v_ended
    order by l.end_time limit p_limit for update skip locked));
  get diagnostics leases = row_count;
  delete from "$schema".finished where cleanup_id = any (array(
    select f.cleanup_id from "$schema".finished f where f.end_time < v_finished
    order by f.end_time limit p_limit for update skip locked));
  get diagnostics finished = row_count;
  delete from "$schema".attempt where fence = any (array(
    select a.fence from "$schema".attempt a where a.settle_time < v_finished
    order by a.settle_time limit p_limit for update skip locked));
  get diagnostics attempts = row_count;

  select array_agg(s.service_id order by s.service_id) into v_services from (
    select service_id from "$schema".service where service_id > p_last_service order by service_id limit p_limit
  ) s;
  delete from "$schema".service where service_id = any (array(
    select s.service_id from "$schema".service s where s.service_id = any (v_services) and s.used = 0
    order by s.service_id for update skip locked));
  last_service := case when cardinality(v_services) = p_limit then v_services[p_limit] else '' end;
end
$$;
comment on function "$schema".lease_prune_v1 is
  'Drops ended leases, finished cleanups and attempts that are older than asked, a bounded number of each';
