-- breaking: false

-- Gives abandoned cleanups a fresh budget. Ids of one call are distinct.
create function "$schema".lease_retry_v1(p_cleanup uuid[], p_delay_ms bigint[]) returns jsonb language plpgsql as $$
declare
  v_locked text[];
  v_now timestamptz;
  v_retried uuid[];
begin
  select array_agg(l.object_key) into v_locked from (
    select object_key from "$schema".object where cleanup_id = any (p_cleanup) order by object_key for no key update
  ) l;
  v_now := "$schema".lease_now();
  with retried as (
    update "$schema".object o set state = 'DUE', due_at = v_now + i.delay_ms * interval '1 ms', spent = 0,
        lost_claims = 0, abandon_reason = null, abandon_time = null
      from unnest(p_cleanup, p_delay_ms) i (cleanup_id, delay_ms)
      where o.object_key = any (v_locked) and o.cleanup_id = i.cleanup_id and o.state = 'ABANDONED'
      returning o.cleanup_id
  )
  select array_agg(cleanup_id) into v_retried from retried;
  return (
    select jsonb_agg(
      case
        when i.cleanup_id = any (v_retried) then 'retried'
        when exists (select from "$schema".object o where o.cleanup_id = i.cleanup_id)
          or exists (select from "$schema".finished f where f.cleanup_id = i.cleanup_id) then 'CLEANUP_NOT_ABANDONED'
        else 'CLEANUP_NOT_FOUND'
      end order by i.ord)
    from unnest(p_cleanup) with ordinality i (cleanup_id, ord));
end
$$;
comment on function "$schema".lease_retry_v1 is
  'Makes abandoned cleanups due again after a delay each, with a fresh budget; answers in their order';

-- For operators: select lease_requeue_abandoned_v1(1000, 100), again and again until it answers 0. Never waits.
create function "$schema".lease_requeue_abandoned_v1(
  p_limit integer, p_stagger_ms bigint default 100, p_endpoint text default null
) returns integer language plpgsql as $$
declare
  v_locked text[];
  v_now timestamptz;
begin
  select array_agg(l.object_key) into v_locked from (
    select object_key from "$schema".object
    where state = 'ABANDONED' and (p_endpoint is null or endpoint = p_endpoint)
    order by cleanup_id limit p_limit for no key update skip locked
  ) l;
  v_now := "$schema".lease_now();
  update "$schema".object o set state = 'DUE', due_at = v_now + i.ord * p_stagger_ms * interval '1 ms', spent = 0,
      lost_claims = 0, abandon_reason = null, abandon_time = null
    from unnest(v_locked) with ordinality i (object_key, ord)
    where o.object_key = i.object_key;
  return coalesce(cardinality(v_locked), 0);
end
$$;
comment on function "$schema".lease_requeue_abandoned_v1 is
  'Makes at most p_limit abandoned cleanups due again, of one endpoint or of all, p_stagger_ms apart; answers with how many';
