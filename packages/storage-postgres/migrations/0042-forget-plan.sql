-- breaking: false
-- LeaseStore.forgetCleanups, as in 0029, under plans that serve tables of every size: see 0038.

-- Drops cleanups that are due or abandoned. Ids of one call are distinct.
create or replace function "$schema".lease_forget_v1(p_cleanup uuid[], p_reason text[]) returns jsonb language plpgsql as $$
declare
  v_locked text[];
  v_now timestamptz;
begin
  select array_agg(l.object_key) into v_locked from (
    select object_key from "$schema".object where cleanup_id = any (p_cleanup) order by object_key || '' for no key update
  ) l;
  v_now := "$schema".lease_now();
  insert into "$schema".finished (cleanup_id, state, end_time, object_key, generation, reason, service_id, lease_id,
      last_lease, endpoint, due_time, attempts, abandon_reason, forget_reason, last_detail)
    select o.cleanup_id, 'FORGOTTEN', greatest(v_now, o.due_time, o.abandon_time), o.object_key, o.generation, o.reason,
      o.owner_service, o.owner_lease, o.last_lease, o.endpoint, o.due_time, o.attempt, o.abandon_reason, i.reason,
      o.last_detail
    from unnest(p_cleanup, p_reason) i (cleanup_id, reason)
    join "$schema".object o on o.cleanup_id is not distinct from i.cleanup_id
    where o.object_key = any (v_locked) and o.state in ('DUE', 'ABANDONED');
  delete from "$schema".object where object_key = any (v_locked) and state in ('DUE', 'ABANDONED');
  -- A repeated one is answered like the first.
  return (
    select jsonb_agg(
      case
        when f.state = 'FORGOTTEN' then 'forgotten'
        when f.state is not null or exists (
            select from "$schema".object o where o.cleanup_id = any (p_cleanup) and o.cleanup_id = i.cleanup_id)
          then 'CLEANUP_NOT_ABANDONED'
        else 'CLEANUP_NOT_FOUND'
      end order by i.ord)
    from unnest(p_cleanup) with ordinality i (cleanup_id, ord)
    left join "$schema".finished f on f.cleanup_id = any (p_cleanup) and f.cleanup_id = i.cleanup_id);
end
$$;
comment on function "$schema".lease_forget_v1 is
  'Drops cleanups that are due or abandoned, for good; answers in their order';
