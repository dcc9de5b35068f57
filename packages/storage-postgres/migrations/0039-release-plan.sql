-- breaking: false
-- LeaseStore.release, as in 0007, under a plan that serves tables of every size: see 0038.

-- Element i is p_lease[i], p_service_id[i], p_keep[i]. The ids are distinct.
create or replace function "$schema".lease_release_v1(p_lease uuid[], p_service_id text[], p_keep boolean[])
returns json language plpgsql as $$
declare
  v_now timestamptz;
  r record;
  -- The leases that may be released, and where they stand in the batch.
  v_element integer[];
  v_object_key text[];
  -- Their objects.
  o_key text[];
  o_active integer[];
  o_owner text[];
  o_last uuid[];
  -- What a KEEP does to an object: that it is kept is counted if nobody holds it afterwards.
  v_cleared text[] := '{}';
  v_kept text[] := '{}';
  v_released integer[] := '{}';
  v_owned uuid[] := '{}';
  v_leases json;
  v_refused json;
begin
  -- Locks only: leases by id, objects by key.
  select array_agg(q.no), array_agg(q.object_key) into v_element, v_object_key from (
    select k.no, l.object_key from unnest(p_lease, p_service_id) with ordinality k (lease_id, service_id, no)
    join "$schema".lease l on l.lease_id = k.lease_id
    where l.lease_id = any(p_lease) and l.end_time is null and l.service_id = k.service_id
    order by l.lease_id for no key update of l
  ) q;
  if v_element is not null then
    select array_agg(q.object_key), array_agg(q.active), array_agg(q.owner_service) into o_key, o_active, o_owner from (
      select object_key, active, owner_service from "$schema".object
      where object_key = any(v_object_key) order by object_key for no key update
    ) q;
    o_last := array_fill(null::uuid, array[cardinality(o_key)]);
  end if;
  v_now := "$schema".lease_now();

  for r in
    select l.no as i, o.no as o from unnest(v_element, v_object_key) l (no, object_key)
    join unnest(o_key) with ordinality o (object_key, no) on o.object_key = l.object_key order by l.no
  loop
    if p_keep[r.i] and o_owner[r.o] <> p_service_id[r.i] then
      v_owned := v_owned || p_lease[r.i];
      continue;
    end if;
    v_released := v_released || r.i;
    o_active[r.o] := o_active[r.o] - 1;
    o_last[r.o] := p_lease[r.i];
    if p_keep[r.i] and o_owner[r.o] is not null then
      o_owner[r.o] := null;
      if o_active[r.o] = 0 then v_kept := v_kept || o_key[r.o]; else v_cleared := v_cleared || o_key[r.o]; end if;
    end if;
  end loop;

  if v_released <> '{}' then
    update "$schema".lease l set
        state = 'RELEASED', end_time = greatest(v_now, l.renew_time),
        disposition = case when p_keep[k.i] then 'KEEP' else 'COLLECT' end::"$schema".disposition
      from unnest(v_released) k (i) where l.lease_id = any(p_lease) and l.lease_id = p_lease[k.i];
    if v_cleared <> '{}' then
      update "$schema".object set
          endpoint = null, owner_service = null, owner_lease = null, owner_metadata = null, cleanup_hash = null,
          max_attempts = null, cleanup = null
        where object_key = any(v_cleared);
    end if;
    -- Those in v_kept go as they are, with their cleanup: by that the ledger tells them from what merely had none.
    perform "$schema".lease_leave_objects(
      array_agg(q.object_key), array_agg(q.active), array_agg(q.owner is not null), array_agg(q.last), 'RELEASED', v_now)
    from unnest(o_key, o_active, o_owner, o_last) q (object_key, active, owner, last) where q.last is not null;
  end if;

  select json_agg("$schema".lease_row(q.lease)) filter (where q.reason is null),
      json_object_agg(q.lease_id, q.reason) filter (where q.reason is not null)
    into v_leases, v_refused
  from (
    select k.lease_id, l as lease, case
      when l.service_id <> k.service_id then 'NOT_LEASE_HOLDER'
      when l.state = 'RELEASED' and (l.disposition = 'KEEP') = k.keep or l.state = 'EXPIRED' and not k.keep then null
      when l.state <> 'ACTIVE' then 'LEASE_ENDED'
      when k.lease_id = any(v_owned) then 'CLEANUP_OWNED'
      -- Also one that appeared after the locks.
      else 'LEASE_NOT_FOUND' end as reason
    from unnest(p_lease, p_service_id, p_keep) k (lease_id, service_id, keep)
    left join "$schema".lease l on l.lease_id = k.lease_id and l.lease_id = any(p_lease)
  ) q;
  return json_build_object('now', "$schema".lease_ms(v_now), 'leases', v_leases, 'refused', v_refused);
end
$$;
comment on function "$schema".lease_release_v1 is
  'LeaseStore.release. Answers with now, the leases that are released or were, and by id why others were refused';
