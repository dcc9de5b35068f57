-- breaking: false

-- Claims due objects, round robin over their endpoints, from the endpoint on at which the claimant's last call stopped.
--
-- Few are due: that tells the endpoints, however many more are in backoff. Many are due: a skip scan over the index
-- (endpoint, due_at) finds the endpoints, however long their backlogs are; each step costs the same, whether the endpoint
-- is busy, in backoff or has work. A scan by due time, filtered by the busy endpoints, took 280 to 1,390 ms where this
-- takes 20 (256 of 100,000 due, 900 of 1,000 endpoints busy).
--
-- Each endpoint has a queue, a cursor that locks a row only when it is fetched. A row that somebody else has locked is
-- skipped, and one that changed since the snapshot is judged by its locked version. So a claim never waits.
create function "$schema".lease_claim_v1(
  p_claimant text, p_limit integer, p_per_endpoint integer, p_busy text[], p_claim_ms bigint, p_max_lost integer,
  p_last_endpoint text
) returns table (
  last_endpoint text, object_key text, generation bigint, cleanup_id uuid, fence bigint, attempt integer,
  reason "$schema".lease_state, due_time timestamptz, last_lease uuid, endpoint text, owner_service text,
  owner_lease uuid, owner_metadata jsonb, cleanup jsonb
) language plpgsql as $$
#variable_conflict use_column
declare
  -- Up to so many due objects are read to learn which endpoints have any.
  few constant integer := 256;
  -- So many endpoints are looked at in one call, and more only as long as none of them has work; the next call goes on
  -- from there. 8,000 take 80 ms. With 1,000 alone, a replica that calls every 100 ms came past 10,000 endpoints in backoff
  -- in a second, and what was due behind them waited longer than L1 allows.
  enough_endpoints constant integer := 1000;
  max_endpoints constant integer := 8000;
  v_now timestamptz := "$schema".lease_now();
  -- Looked up by key: a search through an array of 900 took 6 ms longer over 1,000 endpoints.
  v_busy constant jsonb := jsonb_object(p_busy, p_busy);
  v_last text collate "C" := p_last_endpoint;
  v_due text[];
  v_endpoint text collate "C";
  v_due_at timestamptz;
  v_wrapped boolean := false;
  v_queue refcursor;
  v_queues refcursor[] := '{}';
  v_open refcursor[];
  v_key text;
  v_state "$schema".object_state;
  v_keys text[] := '{}';
  v_lost text[] := '{}';
  v_numbers regclass;
begin
  if exists (select from "$schema".control where operator_until > v_now) then return; end if;

  -- Without the order, the plan is a bitmap of everything that is due.
  select array_agg(d.endpoint) into v_due
    from (select o.endpoint from "$schema".object o where o.due_at <= v_now order by o.due_at limit few + 1) d;
  if v_due is null then return; end if;
  if cardinality(v_due) <= few then
    for v_endpoint in
      select d.endpoint from (select distinct endpoint collate "C" from unnest(v_due) u (endpoint)) d
      where not v_busy ? d.endpoint order by d.endpoint <= p_last_endpoint, d.endpoint limit p_limit
    loop
      v_last := v_endpoint;
      v_queue := null;
      open v_queue for select o.object_key, o.state from "$schema".object o
        where o.endpoint = v_endpoint and o.due_at <= v_now order by o.due_at for no key update skip locked;
      v_queues := v_queues || v_queue;
    end loop;
  else
    for v_visit in 1 .. max_endpoints loop
      exit when cardinality(v_queues) = p_limit or cardinality(v_queues) > 0 and v_visit > enough_endpoints;
      select o.endpoint, o.due_at into v_endpoint, v_due_at from "$schema".object o
        where o.due_at is not null and o.endpoint > v_last order by o.endpoint, o.due_at limit 1;
      if not found and not v_wrapped then
        v_wrapped := true;
        v_last := '';
        continue;
      end if;
      exit when not found or v_wrapped and v_endpoint > p_last_endpoint;
      v_last := v_endpoint;
      continue when v_due_at > v_now or v_busy ? v_endpoint;
      v_queue := null;
      open v_queue for select o.object_key, o.state from "$schema".object o
        where o.endpoint = v_endpoint and o.due_at <= v_now order by o.due_at for no key update skip locked;
      v_queues := v_queues || v_queue;
    end loop;
  end if;

  for v_round in 1 .. p_per_endpoint loop
    exit when cardinality(v_queues) = 0 or cardinality(v_keys) = p_limit;
    v_open := '{}';
    foreach v_queue in array v_queues loop
      if cardinality(v_keys) < p_limit then
        fetch v_queue into v_key, v_state;
        if found then
          v_keys := v_keys || v_key;
          if v_state = 'CLAIMED' then v_lost := v_lost || v_key; end if;
          v_open := v_open || v_queue;
          continue;
        end if;
      end if;
      close v_queue;
    end loop;
    v_queues := v_open;
  end loop;

  last_endpoint := v_last;
  return next;
  if cardinality(v_keys) = 0 then return; end if;

  v_numbers := "$schema".lease_catch_up();
  v_now := "$schema".lease_now();
  if cardinality(v_lost) > 0 then
    insert into "$schema".attempt (fence, cleanup_id, attempt, claimant, outcome, claim_time, settle_time)
      select o.fence, o.cleanup_id, o.attempt, o.claimant, 'LOST', o.claim_time, greatest(v_now, o.claim_time)
      from "$schema".object o where o.object_key = any (v_lost);
    update "$schema".object o set state = 'ABANDONED', due_at = null, fence = null, claimant = null, claim_time = null,
        lost_claims = o.lost_claims + 1, reached = o.reached + 1, unanswered = false,
        abandon_reason = 'CLAIM_LOST', abandon_time = greatest(v_now, o.claim_time)
      where o.object_key = any (v_lost) and o.lost_claims + 1 >= p_max_lost;
  end if;
  return query
    update "$schema".object o set state = 'CLAIMED', due_at = v_now + p_claim_ms * interval '1 ms',
        fence = nextval(v_numbers), claimant = p_claimant, claim_time = greatest(v_now, o.due_time),
        attempt = o.attempt + 1,
        -- The claimant died or hung: nobody knows whether its attempt reached the endpoint.
        lost_claims = o.lost_claims + (o.state = 'CLAIMED')::integer,
        reached = o.reached + (o.state = 'CLAIMED')::integer,
        unanswered = o.unanswered or o.state = 'CLAIMED'
      where o.object_key = any (v_keys) and o.due_at is not null
      returning null::text, o.object_key, o.generation, o.cleanup_id, o.fence, o.attempt, o.reason, o.due_time,
        o.last_lease, o.endpoint, o.owner_service, o.owner_lease, o.owner_metadata, o.cleanup;
end
$$;
comment on function "$schema".lease_claim_v1 is
  'Claims due cleanups under new fences; takes over claims that ran out, abandons those that did too often. The first row holds only where the next call goes on';
