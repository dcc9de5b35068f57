-- breaking: true
-- The state machine of an object, as a last guard behind the verbs:
--   HELD -> DUE -> CLAIMED(fence) -> deleted | DUE | ABANDONED -> DUE, and DUE | ABANDONED -> HELD | deleted.
-- Nothing leaves without a trace (S6): a claim ends with an attempt, a run with a finished cleanup, and both are written
-- by an earlier statement of the transaction.

create function "$schema".object_refuse(p_key text, p_step text) returns void language plpgsql as $$
begin
  raise exception 'no step of an object: % of %', p_step, p_key using errcode = 'LE001';
end
$$;
comment on function "$schema".object_refuse is 'Raises LE001';

create function "$schema".object_step() returns trigger language plpgsql as $$
declare
  v_step constant text := format('%s -> %s', old.state, new.state);
  v_refusal text;
begin
  v_refusal := case
    when v_step not in ('HELD -> DUE', 'DUE -> CLAIMED', 'DUE -> HELD', 'CLAIMED -> CLAIMED', 'CLAIMED -> DUE',
      'CLAIMED -> ABANDONED', 'ABANDONED -> DUE', 'ABANDONED -> HELD') then ''
    when new.state = 'HELD' and new.generation <= old.generation then ' in the same generation'
    when new.state <> 'HELD' and new.generation <> old.generation then ' in another generation'
    when new.state = 'HELD' and old.unanswered then ' after an attempt without an answer'
    when new.state = 'HELD' and not exists (
      select from "$schema".finished f where f.cleanup_id = old.cleanup_id and f.state = 'REVIVED')
      then ' without its finished cleanup'
    when new.state <> 'HELD' and old.state <> 'HELD' and new.cleanup_id <> old.cleanup_id then ' under another id'
    when v_step = 'CLAIMED -> CLAIMED' and new.fence <= old.fence then ' under no larger fence'
    when old.state = 'CLAIMED' and not exists (select from "$schema".attempt a where a.fence = old.fence)
      then ' without its attempt'
  end;
  if v_refusal is not null then perform "$schema".object_refuse(old.object_key, v_step || v_refusal); end if;
  return new;
end
$$;
comment on function "$schema".object_step is 'Raises LE001 unless the object may go from its old state to the new one';

create function "$schema".object_leave() returns trigger language plpgsql as $$
begin
  if not exists (
    select from "$schema".finished f where f.cleanup_id = old.cleanup_id
      and f.state = case old.state when 'CLAIMED' then 'COLLECTED' else 'FORGOTTEN' end::"$schema".final_state)
  then
    perform "$schema".object_refuse(old.object_key, format('%s -> nothing without its finished cleanup', old.state));
  end if;
  return old;
end
$$;
comment on function "$schema".object_leave is 'Raises LE001 unless the run of the deleted object has its finished cleanup';

create function "$schema".object_enter() returns trigger language plpgsql as $$
begin
  perform "$schema".object_refuse(new.object_key, format('nothing -> %s', new.state));
end
$$;
comment on function "$schema".object_enter is 'Raises LE001';

create trigger begins_held before insert on "$schema".object for each row
  when (new.state <> 'HELD') execute function "$schema".object_enter();
-- A create on a held object, and a release of one lease among others, call no function.
create trigger goes_its_way before update on "$schema".object for each row
  when (old.state <> new.state or old.generation <> new.generation or old.fence <> new.fence)
  execute function "$schema".object_step();
create trigger leaves_a_trace before delete on "$schema".object for each row
  when (old.state <> 'HELD') execute function "$schema".object_leave();
