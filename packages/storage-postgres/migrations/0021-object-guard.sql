-- breaking: true
-- The state machine of an object, as a last guard behind the verbs, whoever writes:
--   HELD -> DUE -> CLAIMED(fence) -> deleted | DUE | ABANDONED -> DUE, and DUE | ABANDONED -> HELD | deleted.
-- The steps stand in WHEN, so that a legal one calls no function: a function per row cost a fifth of a release.

create function "$schema".object_refuse() returns trigger language plpgsql as $$
begin
  raise exception 'no step of an object: % of % from % to %', lower(tg_op), new.object_key,
    coalesce(old.state::text, 'nothing'), new.state
    using errcode = 'LE001', schema = tg_table_schema, table = tg_table_name;
end
$$;
comment on function "$schema".object_refuse is 'Raises LE001. The conditions of the triggers are the rules';

create trigger begins_held before insert on "$schema".object for each row
  when (new.state <> 'HELD') execute function "$schema".object_refuse();
create trigger goes_its_way before update on "$schema".object for each row
  when (
    case new.state
      -- Into a new life, but not while an attempt may still reach its endpoint (S1).
      when 'HELD' then old.state = 'HELD' and new.generation = old.generation
        or old.state in ('DUE', 'ABANDONED') and not old.unanswered and new.generation > old.generation
      when 'DUE' then new.generation = old.generation and (old.state = 'HELD' or new.cleanup_id = old.cleanup_id)
      when 'CLAIMED' then new.generation = old.generation and new.cleanup_id = old.cleanup_id
        and (old.state = 'DUE' or old.state = 'CLAIMED' and new.fence >= old.fence)
      when 'ABANDONED' then new.generation = old.generation and new.cleanup_id = old.cleanup_id
        and old.state in ('CLAIMED', 'ABANDONED')
    end is not true)
  execute function "$schema".object_refuse();

-- Nothing ends without a trace (S6): a claim leaves an attempt, a run leaves a finished cleanup. Asked once per statement,
-- of what it took away.
create function "$schema".object_traces() returns trigger language plpgsql as $$
declare
  v_claims bigint[];
  v_revived uuid[];
begin
  v_claims := array(
    select fence from old_rows where fence is not null except select fence from new_rows where fence is not null);
  if cardinality(v_claims) > (select count(*) from "$schema".attempt where fence = any (v_claims)) then
    raise exception 'a claim of an object ended without its attempt' using errcode = 'LE001';
  end if;
  v_revived := array(
    select cleanup_id from old_rows where cleanup_id is not null
    except select cleanup_id from new_rows where cleanup_id is not null);
  if cardinality(v_revived) > (
    select count(*) from "$schema".finished where cleanup_id = any (v_revived) and state = 'REVIVED')
  then
    raise exception 'an object was revived without its finished cleanup' using errcode = 'LE001';
  end if;
  return null;
end
$$;
comment on function "$schema".object_traces is
  'Raises LE001 unless each claim that the statement ended has its attempt, and each run its finished cleanup';

create function "$schema".object_traces_gone() returns trigger language plpgsql as $$
declare
  v_collected constant uuid[] := array(select cleanup_id from old_rows where state = 'CLAIMED');
  v_forgotten constant uuid[] := array(select cleanup_id from old_rows where state in ('DUE', 'ABANDONED'));
begin
  if cardinality(v_collected) > (
      select count(*) from "$schema".finished where cleanup_id = any (v_collected) and state = 'COLLECTED')
    or cardinality(v_forgotten) > (
      select count(*) from "$schema".finished where cleanup_id = any (v_forgotten) and state = 'FORGOTTEN')
  then
    raise exception 'an object was deleted without its finished cleanup' using errcode = 'LE001';
  end if;
  return null;
end
$$;
comment on function "$schema".object_traces_gone is
  'Raises LE001 unless each run whose object the statement deleted has its finished cleanup';

create trigger leaves_a_trace after update on "$schema".object referencing old table as old_rows new table as new_rows
  for each statement execute function "$schema".object_traces();
create trigger leaves_a_last_trace after delete on "$schema".object referencing old table as old_rows
  for each statement execute function "$schema".object_traces_gone();
