-- breaking: false
-- LeaseStore.settleCleanups, as in 0027, under a plan that serves tables of every size: see 0038.

-- Records what became of claimed attempts. Objects and fences of one call are distinct.
--
-- The fence guards (S8). A row that bears it is locked here, since nobody can name a fence before its claim is committed;
-- and what bears it after the locks bears it until the end. Hence each statement may ask for it anew. An equation of the
-- cleanups would imply the condition of their index.
create or replace function "$schema".lease_settle_v1(
  p_object text[], p_cleanup uuid[], p_fence bigint[], p_outcome "$schema".attempt_outcome[], p_contact text[],
  p_delay_ms bigint[], p_abandon "$schema".abandon_reason[], p_duration_ms double precision[], p_status integer[],
  p_detail text[]
) returns jsonb language plpgsql as $$
declare
  v_now timestamptz;
  v_results jsonb;
  v_stale integer;
begin
  perform from "$schema".object where object_key = any (p_object) order by object_key for no key update;
  v_now := "$schema".lease_now();

  insert into "$schema".attempt (fence, cleanup_id, attempt, claimant, outcome, claim_time, settle_time, duration_ms,
      status_code, detail)
    select o.fence, o.cleanup_id, o.attempt, o.claimant, i.outcome, o.claim_time, greatest(v_now, o.claim_time),
      i.duration_ms, i.status, i.detail
    from unnest(p_object, p_cleanup, p_fence, p_outcome, p_duration_ms, p_status, p_detail)
      i (object_key, cleanup_id, fence, outcome, duration_ms, status, detail)
    join "$schema".object o on o.object_key = any (p_object) and o.object_key = i.object_key and o.fence = i.fence
      and o.cleanup_id is not distinct from i.cleanup_id;

  update "$schema".object o set
      state = case when h.abandoned then 'ABANDONED' else 'DUE' end::"$schema".object_state,
      due_at = case when not h.abandoned then v_now + h.delay_ms * interval '1 ms' end,
      attempt = o.attempt - (h.outcome = 'UNSTARTED')::integer,
      spent = o.spent + h.spent,
      reached = o.reached + h.reached,
      -- An attempt that reached nobody says nothing about an earlier one that may still be under way.
      unanswered = not h.abandoned and case when h.spent = 1 then h.contact = 'unanswered' else o.unanswered end,
      fence = null, claimant = null, claim_time = null,
      abandon_reason = case when h.abandoned then h.abandon end,
      abandon_time = case when h.abandoned then greatest(v_now, o.claim_time) end,
      last_detail = case when h.outcome = 'UNSTARTED' then o.last_detail else h.detail end
    from (
      select i.*, i.outcome = 'FAIL' or i.spent = 1 and c.spent + 1 >= c.max_attempts
          or i.outcome = 'RETRY' and c.spent >= c.max_attempts as abandoned,
        i.spent + (i.outcome = 'FAIL' and i.abandon <> 'TARGET_FORBIDDEN')::integer as reached
      from (
        select u.*, (u.outcome = 'RETRY' and u.contact <> 'unreached')::integer as spent
        from unnest(p_object, p_cleanup, p_fence, p_outcome, p_contact, p_delay_ms, p_abandon, p_detail)
          u (object_key, cleanup_id, fence, outcome, contact, delay_ms, abandon, detail)
      ) i
      join "$schema".object c on c.object_key = any (p_object) and c.object_key = i.object_key and c.fence = i.fence
        and c.cleanup_id is not distinct from i.cleanup_id
    ) h
    where o.object_key = any (p_object) and o.object_key = h.object_key and h.outcome <> 'DONE';

  if 'DONE' = any (p_outcome) then
    insert into "$schema".finished (cleanup_id, state, end_time, object_key, generation, reason, service_id, lease_id,
        last_lease, endpoint, due_time, attempts, last_detail)
      select o.cleanup_id, 'COLLECTED', greatest(v_now, o.claim_time), o.object_key, o.generation, o.reason,
        o.owner_service, o.owner_lease, o.last_lease, o.endpoint, o.due_time, o.attempt, i.detail
      from unnest(p_object, p_cleanup, p_fence, p_outcome, p_detail) i (object_key, cleanup_id, fence, outcome, detail)
      join "$schema".object o on o.object_key = any (p_object) and o.object_key = i.object_key and o.fence = i.fence
        and o.cleanup_id is not distinct from i.cleanup_id
      where i.outcome = 'DONE';
    delete from "$schema".object o
      using unnest(p_object, p_cleanup, p_fence, p_outcome) i (object_key, cleanup_id, fence, outcome)
      where o.object_key = any (p_object) and o.object_key = i.object_key and o.fence = i.fence
        and o.cleanup_id is not distinct from i.cleanup_id and i.outcome = 'DONE';
  end if;

  -- The history now tells what was settled here, and what was settled before by the same outcome, whose answer was lost.
  select jsonb_agg(r.settled order by r.ord), count(*) filter (where not r.settled) into v_results, v_stale
    from (
      select i.ord, exists (
        select from "$schema".attempt a
        where a.fence = any (p_fence) and a.fence = i.fence and a.cleanup_id = i.cleanup_id
          and a.outcome = i.outcome) as settled
      from unnest(p_cleanup, p_fence, p_outcome) with ordinality i (cleanup_id, fence, outcome, ord)
    ) r;
  if v_stale > 0 then
    insert into "$schema".ledger (at, stale) values (v_now, v_stale);
  end if;
  return v_results;
end
$$;
comment on function "$schema".lease_settle_v1 is
  'Records outcomes of attempts; answers in their order with true, or with false for a stale one';
