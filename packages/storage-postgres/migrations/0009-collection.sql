-- breaking: true
-- LeaseStore.pause and resume. Both wait for a sweep that is under way, and decide on the row as it left it.

create function "$schema".lease_pause_v1(p_for_ms bigint, p_note text) returns void language plpgsql as $$
begin
  perform from "$schema".control for no key update;
  update "$schema".control
    set operator_until = "$schema".lease_now() + p_for_ms * interval '1 millisecond', operator_note = p_note;
end
$$;
comment on function "$schema".lease_pause_v1 is 'LeaseStore.pause: nothing expires and nothing is claimed for a while';

create function "$schema".lease_resume_v1() returns void language plpgsql as $$
declare
  v_now timestamptz;
begin
  perform from "$schema".control for no key update;
  v_now := "$schema".lease_now();
  update "$schema".control set
    operator_until = null, operator_note = null, gap_until = null, gap_end = null, recover_until = null,
    -- Lifted, not armed: it does not hold again before expiry has caught up.
    brake_until = case when brake_until > v_now then v_now else brake_until end;
end
$$;
comment on function "$schema".lease_resume_v1 is 'LeaseStore.resume: ends every pause in force';
