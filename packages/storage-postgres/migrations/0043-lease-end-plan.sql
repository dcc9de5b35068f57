-- breaking: false
-- What becomes of objects when leases on them end, as in 0006, under plans that serve tables of every size: see 0038.

-- The caller has locked the objects, and ended the leases. Object i keeps p_active[i] leases; if that is none, p_last[i] was
-- the last one, and an object without a cleanup is dropped.
create or replace function "$schema".lease_leave_objects(
  p_object_key text[], p_active integer[], p_has_cleanup boolean[], p_last uuid[], p_reason "$schema".lease_state,
  p_now timestamptz
) returns integer language plpgsql as $$
declare
  v_due integer := 0;
begin
  if 0 < any(p_active) then
    update "$schema".object q set active = k.active
      from unnest(p_object_key, p_active) k (object_key, active)
      where q.object_key = any (p_object_key) and q.object_key = k.object_key and k.active > 0;
  end if;
  if 0 < all(p_active) then return 0; end if;
  if false = any(p_has_cleanup) then
    delete from "$schema".object q
      using unnest(p_object_key, p_active, p_has_cleanup) k (object_key, active, has_cleanup)
      where q.object_key = any (p_object_key) and q.object_key = k.object_key and k.active = 0 and not k.has_cleanup;
  end if;
  if true = any(p_has_cleanup) then
    update "$schema".object q set
        state = 'DUE', active = 0, due_at = p_now, cleanup_id = gen_random_uuid(), reason = p_reason, last_lease = k.last,
        due_time = p_now
      from unnest(p_object_key, p_active, p_has_cleanup, p_last) k (object_key, active, has_cleanup, last)
      where q.object_key = any (p_object_key) and q.object_key = k.object_key and k.active = 0 and k.has_cleanup;
    get diagnostics v_due = row_count;
  end if;
  return v_due;
end
$$;
comment on function "$schema".lease_leave_objects is
  'Takes ended leases off their locked objects; makes those that nobody holds any more due, or drops them. Returns how many fell due';
