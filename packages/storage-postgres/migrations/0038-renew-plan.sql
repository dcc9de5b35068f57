-- breaking: false
-- LeaseStore.renew, as in 0034, under a plan that serves tables of every size. A session plans a statement once. While few
-- leases are active, to read the whole index of the active ones seems cheaper than to look up what a call names. A session
-- that had planned so went on so among 40,000: a renewal took 29 ms instead of 0.5, until the table was analysed, up to a
-- minute later. Hence two rules, here and in 0039 to 0043. A table's rows are named by `= any` of their keys as well: then
-- each way to them is bounded by the call. And no condition implies that of a partial index, which could be read as a whole.

-- Element i is p_lease[i], p_service_id[i], p_ttl_ms[i] (null: the lease's own). The ids are distinct.
create or replace function "$schema".lease_renew_v1(p_lease uuid[], p_service_id text[], p_ttl_ms bigint[])
returns json language plpgsql as $$
declare
  v_now timestamptz;
  v_lease uuid[];
  v_ttl_ms bigint[];
  v_expire timestamptz[];
  v_leases json;
  v_margins json;
begin
  -- Locks, in the order of the ids, what may be renewed as it is once the lock is held: a release or a sweep that was
  -- faster has dropped its lease from here. An UPDATE alone promises no order of its locks.
  select array_agg(q.lease_id), array_agg(q.ttl_ms), array_agg(q.expire_time) into v_lease, v_ttl_ms, v_expire from (
    select l.lease_id, coalesce(k.ttl_ms, l.ttl_ms) ttl_ms, l.expire_time
    from unnest(p_lease, p_service_id, p_ttl_ms) k (lease_id, service_id, ttl_ms)
    join "$schema".lease l on l.lease_id = k.lease_id
    -- The lease is active: to ask its `state` would imply the condition of the sweep's index.
    where l.lease_id = any(p_lease) and l.end_time is null and l.service_id = k.service_id
    order by l.lease_id for no key update of l
  ) q;
  v_now := "$schema".lease_now();

  with renewed as (
    update "$schema".lease l set
      renew_time = greatest(l.renew_time, v_now),
      expire_time = greatest(l.expire_time, e.expire_time),
      -- The sweep may have moved the lease on to the end of its recovery, and the new ttl be a shorter one. Otherwise this
      -- changes nothing, and the update stays HOT.
      check_at = least(l.check_at, greatest(l.expire_time, e.expire_time)),
      renewal_count = l.renewal_count + 1
    from unnest(v_lease, v_ttl_ms, v_expire) k (lease_id, ttl_ms, expire_time),
      lateral (values (v_now + k.ttl_ms * interval '1 millisecond')) e (expire_time)
    where l.lease_id = any(v_lease) and l.lease_id = k.lease_id
    returning "$schema".lease_row(l) as lease, "$schema".lease_ms(k.expire_time) - "$schema".lease_ms(v_now) as margin
  )
  select json_agg(renewed.lease), json_agg(renewed.margin) into v_leases, v_margins from renewed;

  if coalesce(cardinality(v_lease), 0) = cardinality(p_lease) then
    return json_build_object('now', "$schema".lease_ms(v_now), 'leases', v_leases, 'margins', v_margins);
  end if;
  return json_build_object('now', "$schema".lease_ms(v_now), 'leases', v_leases, 'margins', v_margins, 'refused', (
    -- A lease that appeared after the locks is not there yet.
    select json_object_agg(k.lease_id, case
      when l.service_id <> k.service_id then 'NOT_LEASE_HOLDER' when l.state <> 'ACTIVE' then 'LEASE_ENDED'
      else 'LEASE_NOT_FOUND' end)
    from unnest(p_lease, p_service_id) k (lease_id, service_id) left join "$schema".lease l
      on l.lease_id = k.lease_id and l.lease_id = any(p_lease)
    where k.lease_id <> all(coalesce(v_lease, '{}'))));
end
$$;
comment on function "$schema".lease_renew_v1 is
  'LeaseStore.renew. Answers with now, the leases that were renewed, how far ahead the end of each was, and by id why others were refused';
