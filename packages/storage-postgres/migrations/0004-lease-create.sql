-- breaking: true
-- LeaseStore.create

-- Element i is p_lease[i] and so on; p_object[i] and p_service[i] count into p_object_key and p_service_id, which hold each
-- key once. The ids in p_lease are distinct.
create function "$schema".lease_create_v1(
  p_lease uuid[], p_object integer[], p_service integer[], p_request_hash text[], p_ttl_ms bigint[], p_metadata jsonb[],
  p_max_active bigint[], p_endpoint text[], p_cleanup_hash text[], p_max_attempts integer[], p_cleanup jsonb[],
  p_object_key text[], p_service_id text[]
) returns json language plpgsql as $$
declare
  n constant integer := cardinality(p_lease);
  objects constant integer := cardinality(p_object_key);
  services constant integer := cardinality(p_service_id);
  v_now timestamptz;
  v_numbers regclass;
  v_rows integer;
  r record;
  i integer;
  o integer;
  s integer;
  -- Per object, as it is after the elements so far. No state: there is no such object.
  o_state "$schema".object_state[] := array_fill(null::"$schema".object_state, array[objects]);
  o_generation bigint[] := array_fill(null::bigint, array[objects]);
  o_owner text[] := array_fill(null::text, array[objects]);
  o_hash text[] := array_fill(null::text, array[objects]);
  o_unanswered boolean[] := array_fill(false, array[objects]);
  o_due timestamptz[] := array_fill(null::timestamptz, array[objects]);
  o_reached integer[] := array_fill(0, array[objects]);
  o_added integer[] := array_fill(0, array[objects]);
  -- The element whose cleanup the object got.
  o_given integer[] := array_fill(null::integer, array[objects]);
  -- Objects that get a lease, by what becomes of them, and those that were there before and get a cleanup.
  v_new integer[] := '{}';
  v_revived integer[] := '{}';
  v_held integer[] := '{}';
  v_granted integer[] := '{}';
  -- The generations of new objects, in the order of their keys.
  v_drawn bigint[];
  -- Per service.
  s_used bigint[] := array_fill(null::bigint, array[services]);
  s_added integer[] := array_fill(0, array[services]);
  s_folded boolean[] := array_fill(false, array[services]);
  -- Per element.
  v_known text[] := array_fill(null::text, array[n]);
  v_generation bigint[] := array_fill(null::bigint, array[n]);
  v_prior integer[] := array_fill(null::integer, array[n]);
  v_refused text[] := array_fill(null::text, array[n]);
  v_retry_ms integer[] := array_fill(null::integer, array[n]);
  v_replayed uuid[] := '{}';
  v_leases json;
begin
  -- Locks only: objects by key, services by id. Whoever appears from here on is not ours, and a write will tell.
  for r in
    select k.no, q.state, q.generation, q.owner_service, q.cleanup_hash, q.unanswered, q.due_at, q.reached
    from unnest(p_object_key) with ordinality k (key, no) join "$schema".object q on q.object_key = k.key
    order by q.object_key for no key update of q
  loop
    o_state[r.no] := r.state;
    o_generation[r.no] := r.generation;
    o_owner[r.no] := r.owner_service;
    o_hash[r.no] := r.cleanup_hash;
    o_unanswered[r.no] := r.unanswered;
    o_due[r.no] := r.due_at;
    o_reached[r.no] := r.reached;
  end loop;
  if exists (
    select from unnest(p_service_id) k (id)
    where not exists (select from "$schema".service q where q.service_id = k.id)
  ) then
    insert into "$schema".service (service_id, used)
      select k.id, 0 from unnest(p_service_id) k (id) order by k.id collate "C" on conflict do nothing;
  end if;
  for r in
    select k.no, q.used from unnest(p_service_id) with ordinality k (id, no)
    join "$schema".service q on q.service_id = k.id order by q.service_id for no key update of q
  loop
    s_used[r.no] := r.used;
  end loop;
  if array_position(s_used, null) is not null then
    raise exception 'a service was pruned meanwhile' using errcode = 'serialization_failure';
  end if;
  v_now := "$schema".lease_now();

  for r in
    select k.no, l.request_hash from unnest(p_lease) with ordinality k (id, no)
    join "$schema".lease l on l.lease_id = k.id
  loop
    v_known[r.no] := r.request_hash;
  end loop;

  -- The order of the checks is part of the contract: idempotency, object, owner, quota.
  for i in 1 .. n loop
    o := p_object[i];
    s := p_service[i];
    if v_known[i] = p_request_hash[i] then
      v_replayed := v_replayed || p_lease[i];
      continue;
    elsif v_known[i] is not null then
      v_refused[i] := 'LEASE_ID_TAKEN';
      continue;
    elsif o_state[o] = 'CLAIMED' or (o_state[o] = 'DUE' and o_unanswered[o]) then
      v_refused[i] := 'OBJECT_BEING_COLLECTED';
      v_retry_ms[i] := least(greatest("$schema".lease_ms(o_due[o]) - "$schema".lease_ms(v_now), 100), 1000);
      continue;
    elsif o_owner[o] <> p_service_id[s] and o_hash[o] <> p_cleanup_hash[i] then
      v_refused[i] := 'CLEANUP_OWNED';
      continue;
    end if;
    if s_used[s] >= p_max_active[i] and not s_folded[s] then
      -- Leases that ended still count until they are folded. Nobody else folds them while we hold the service's row.
      with folded as (
        delete from "$schema".service_refund q where q.service_id = p_service_id[s] returning q.refund
      ), total as (
        select coalesce(sum(refund), 0) refund from folded
      )
      update "$schema".service q set used = q.used - total.refund
        from total where q.service_id = p_service_id[s] and total.refund > 0
        returning total.refund into v_rows;
      s_used[s] := s_used[s] - coalesce(v_rows, 0);
      s_folded[s] := true;
    end if;
    if s_used[s] >= p_max_active[i] then
      v_refused[i] := 'LEASE_QUOTA_EXCEEDED';
      continue;
    end if;

    if o_state[o] is distinct from 'HELD' then
      if v_numbers is null then v_numbers := "$schema".lease_catch_up(); end if;
      if o_state[o] is null then
        v_new := v_new || o;
        -- Drawn when the object is ours: below.
        o_generation[o] := 0;
      else
        v_revived := v_revived || o;
        v_prior[i] := o_reached[o];
        o_generation[o] := nextval(v_numbers);
      end if;
      o_state[o] := 'HELD';
    elsif o_added[o] = 0 then
      v_held := v_held || o;
    end if;
    -- The first to give a cleanup owns it, and may replace it. An equal one changes nothing, whoever gives it.
    if p_cleanup_hash[i] is not null and o_hash[o] is distinct from p_cleanup_hash[i] then
      o_owner[o] := p_service_id[s];
      o_hash[o] := p_cleanup_hash[i];
      if o_given[o] is null then v_granted := v_granted || o; end if;
      o_given[o] := i;
    end if;
    o_added[o] := o_added[o] + 1;
    s_used[s] := s_used[s] + 1;
    s_added[s] := s_added[s] + 1;
    v_generation[i] := o_generation[o];
  end loop;

  if v_new <> '{}' then
    -- A new key is ours when it is inserted, no sooner: a life of the object may have come and gone since we looked for it. So
    -- the number of this one is drawn row by row, and the clock is read again. What is returned is in the order of the rows.
    select array_agg(k.o order by p_object_key[k.o] collate "C") into v_new from unnest(v_new) k (o);
    with made as (
      insert into "$schema".object (
        object_key, state, active, generation, endpoint, owner_service, owner_lease, owner_metadata, cleanup_hash,
        max_attempts, cleanup)
      select p_object_key[k.o], 'HELD', o_added[k.o], nextval(v_numbers), p_endpoint[g], o_owner[k.o], p_lease[g],
        p_metadata[g], p_cleanup_hash[g], p_max_attempts[g], p_cleanup[g]
      from unnest(v_new) with ordinality k (o, no), lateral (values (o_given[k.o])) given (g)
      order by k.no on conflict do nothing
      returning generation
    )
    select array_agg(made.generation) into v_drawn from made;
    if coalesce(cardinality(v_drawn), 0) < cardinality(v_new) then
      raise exception 'another create made one of the objects' using errcode = 'serialization_failure';
    end if;
    for i in 1 .. cardinality(v_new) loop
      o_generation[v_new[i]] := v_drawn[i];
    end loop;
    for i in 1 .. n loop
      if v_generation[i] = 0 then v_generation[i] := o_generation[p_object[i]]; end if;
    end loop;
    v_now := "$schema".lease_now();
  end if;
  if v_revived <> '{}' then
    insert into "$schema".finished (
      cleanup_id, state, end_time, object_key, generation, reason, service_id, lease_id, last_lease, endpoint, due_time,
      attempts, abandon_reason, last_detail)
    select q.cleanup_id, 'REVIVED', greatest(v_now, q.due_time), q.object_key, q.generation, q.reason, q.owner_service,
      q.owner_lease, q.last_lease, q.endpoint, q.due_time, q.attempt, q.abandon_reason, q.last_detail
    from unnest(v_revived) k (o) join "$schema".object q on q.object_key = p_object_key[k.o];
    update "$schema".object q set
      state = 'HELD', active = o_added[k.o], generation = o_generation[k.o], due_at = null, cleanup_id = null,
      reason = null, last_lease = null, due_time = null, attempt = 0, reached = 0, spent = 0, lost_claims = 0,
      abandon_reason = null, abandon_time = null, last_detail = null
    from unnest(v_revived) k (o) where q.object_key = p_object_key[k.o];
  end if;
  if v_held <> '{}' then
    update "$schema".object q set active = q.active + o_added[k.o]
      from unnest(v_held) k (o) where q.object_key = p_object_key[k.o];
  end if;
  if v_granted <> '{}' then
    -- What was inserted above has its cleanup already.
    update "$schema".object q set
        endpoint = p_endpoint[g], owner_service = o_owner[k.o], owner_lease = p_lease[g], owner_metadata = p_metadata[g],
        cleanup_hash = p_cleanup_hash[g], max_attempts = p_max_attempts[g], cleanup = p_cleanup[g]
      from unnest(v_granted) k (o), lateral (values (o_given[k.o])) given (g)
      where q.object_key = p_object_key[k.o] and q.owner_lease is distinct from p_lease[g];
  end if;

  insert into "$schema".lease (
    lease_id, object_key, service_id, has_cleanup, revived, prior_attempts, generation, ttl_ms, create_time, expire_time,
    renew_time, check_at, request_hash, metadata)
  select k.id, p_object_key[k.o], p_service_id[k.s], k.cleanup_hash is not null, k.prior is not null,
    coalesce(k.prior, 0), k.generation, k.ttl_ms, v_now, e.expire_time, v_now, e.expire_time, k.request_hash, k.metadata
  from unnest(p_lease, p_object, p_service, p_cleanup_hash, v_prior, v_generation, p_ttl_ms, p_request_hash, p_metadata)
      k (id, o, s, cleanup_hash, prior, generation, ttl_ms, request_hash, metadata),
    lateral (values (v_now + k.ttl_ms * interval '1 millisecond')) e (expire_time)
  where k.generation is not null order by k.id on conflict do nothing;
  get diagnostics v_rows = row_count;
  if v_rows < cardinality(array_remove(v_generation, null)) then
    raise exception 'another create took one of the lease ids' using errcode = 'serialization_failure';
  end if;
  update "$schema".service q set used = q.used + k.added
    from unnest(p_service_id, s_added) k (id, added) where q.service_id = k.id and k.added > 0;

  if v_replayed <> '{}' then
    select json_agg("$schema".lease_row(l)) into v_leases from "$schema".lease l where l.lease_id = any(v_replayed);
    if coalesce(json_array_length(v_leases), 0) < cardinality(v_replayed) then
      raise exception 'a lease was pruned meanwhile' using errcode = 'serialization_failure';
    end if;
  end if;
  return json_build_object(
    'now', "$schema".lease_ms(v_now), 'generation', v_generation, 'prior', v_prior, 'refused', v_refused,
    'retryMs', v_retry_ms, 'leases', v_leases);
end
$$;
comment on function "$schema".lease_create_v1 is
  'LeaseStore.create. Answers with now; per element the generation of a new lease, the prior attempts if it revived its object, or why it was refused; and the leases of repeated creates';
