-- breaking: false
-- LeaseStore.retryCleanups, as in 0028, under plans that serve tables of every size: see 0038.

-- Gives abandoned cleanups a fresh budget. Ids of one call are distinct.
create or replace function "$schema".lease_retry_v1(p_cleanup uuid[], p_delay_ms bigint[]) returns jsonb language plpgsql as $$
declare
  v_locked text[];
  v_now timestamptz;
  v_retried uuid[];
begin
  select array_agg(l.object_key) into v_locked from (
    -- Sorted, not read in the order of an index: that would be all objects.
    select object_key from "$schema".object where cleanup_id = any (p_cleanup) order by object_key || '' for no key update
  ) l;
  v_now := "$schema".lease_now();
  with retried as (
    update "$schema".object o set state = 'DUE', due_at = v_now + i.delay_ms * interval '1 ms', spent = 0,
        lost_claims = 0, abandon_reason = null, abandon_time = null
      from unnest(p_cleanup, p_delay_ms) i (cleanup_id, delay_ms)
      where o.object_key = any (v_locked) and o.cleanup_id is not distinct from i.cleanup_id
        and o.state::text = 'ABANDONED'
      returning o.cleanup_id
  )
  select array_agg(cleanup_id) into v_retried from retried;
  return (
    select jsonb_agg(
      case
        when i.cleanup_id = any (v_retried) then 'retried'
        when exists (
            select from "$schema".object o where o.cleanup_id = any (p_cleanup) and o.cleanup_id = i.cleanup_id)
          or exists (
            select from "$schema".finished f where f.cleanup_id = any (p_cleanup) and f.cleanup_id = i.cleanup_id)
          then 'CLEANUP_NOT_ABANDONED'
        else 'CLEANUP_NOT_FOUND'
      end order by i.ord)
    from unnest(p_cleanup) with ordinality i (cleanup_id, ord));
end
$$;
comment on function "$schema".lease_retry_v1 is
  'Makes abandoned cleanups due again after a delay each, with a fresh budget; answers in their order';
