-- breaking: true
-- Time and numbers.

create function "$schema".lease_now() returns timestamptz language sql volatile
  return date_trunc('milliseconds', clock_timestamp());
comment on function "$schema".lease_now is
  'The store''s clock, in whole milliseconds: the only place that reads it. Never now(): that is the start of the transaction, which may have waited long for its locks';

create sequence "$schema".lease_number as bigint minvalue 1 cache 1;

-- Fences and generations are drawn from one sequence that is never behind the clock in microseconds: so they grow across
-- lives, pruning, restarts and restored backups. nextval() alone would start again where a backup stood.
--
-- A sequence that fell behind is set a second ahead of the clock, by one session at a time; the others wait for that, or
-- they would draw what was drawn before a backup was restored. The second is what makes it safe: what others draw between
-- the reading of last_value and setval() is far less than a million.
create function "$schema".lease_catch_up() returns regclass language plpgsql as $$
declare
  -- Of the advisory locks of this database; the second half of the key is the sequence itself.
  lock_class constant integer := 1279345985;
  v_sequence oid;
  v_last bigint;
  v_clock constant bigint := (extract(epoch from "$schema".lease_now()) * 1000000)::bigint;
begin
  loop
    select tableoid, last_value into v_sequence, v_last from "$schema".lease_number;
    exit when v_last >= v_clock;
    -- The lock goes with a subtransaction that is rolled back, which setval() survives. A lock to the end of the transaction,
    -- which may wait long for a row, would make everybody else wait here; one of the session outlives a cancel before the
    -- unlock, and would make them wait until the connection ends.
    begin
      if pg_try_advisory_xact_lock(lock_class, v_sequence::integer) then
        perform setval(tableoid::regclass, v_clock + 1000000) from "$schema".lease_number where last_value < v_clock;
        raise exception using errcode = 'LE002';
      end if;
      perform pg_sleep(0.0005);
    exception when sqlstate 'LE002' then null;
    end;
  end loop;
  return v_sequence::regclass;
end
$$;
comment on function "$schema".lease_catch_up is
  'Sets the sequence of fences and generations ahead of the clock and returns it. Called once by each verb that draws numbers';
