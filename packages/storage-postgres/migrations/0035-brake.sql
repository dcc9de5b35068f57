-- breaking: false
-- The brake judges by finer steps, of 2 s, and by the renewals since half of a lost lease's term had passed.
-- Replicas that do not know this go on calling the same functions.

create or replace function "$schema".lease_step(instant timestamptz) returns timestamptz language sql stable
  return date_bin(interval '2 s', instant, timestamptz 'epoch');

comment on column "$schema".control.brake_until is
  'Ahead: the brake holds. Passed: it was lifted then, and waits for the losses to end. Null: it is armed';

create function "$schema".lease_losses(p_now timestamptz) returns bigint language plpgsql stable as $$
begin
  return (select coalesce(sum(lost), 0) from "$schema".loss_step
    where start > p_now - interval '60 s' and start <= p_now);
end
$$;
comment on function "$schema".lease_losses is 'Expiries of leases that had been renewed, in the window of the brake';

-- Element i: so many losses in the window are excused when a lease is lost whose renewals, and those of whoever was cut off
-- with it, came before p_since[i]: by the renewals in the window, or what their rate since then comes to if that is less.
-- The rate is taken over whole steps, with the one before the current one as the shortest time. Null: with a share of 1, all
-- are.
create function "$schema".lease_excused_losses(p_now timestamptz, p_share float8, p_since timestamptz[])
returns bigint[] language plpgsql stable as $$
declare
  min_lost constant integer := 1000;
  v_step constant timestamptz := "$schema".lease_step(p_now);
  v_start constant timestamptz := v_step - interval '58 s';
  v_excused bigint[];
begin
  with step as materialized (
    select q.start, sum(q.renewed)::float8 as renewed from (
      select start, renewed from "$schema".renewal_step where start between v_start and v_step
      union all
      -- Not folded yet.
      select "$schema".lease_step(at), renewals from "$schema".ledger where renewals > 0 and at between v_start and p_now
    ) q group by q.start
  ), since as (
    select k.no, greatest(v_start, least(
      "$schema".lease_step(k.since + interval '1999999 microseconds'), v_step - interval '2 s')) as start
    from unnest(p_since) with ordinality k (since, no)
  ), rate as (
    -- A page of leases has few starts.
    select d.start, least(
      (select coalesce(sum(renewed), 0) from step),
      (select coalesce(sum(renewed), 0) from step where step.start >= d.start)
        * extract(epoch from p_now - v_start)::float8 / extract(epoch from p_now - d.start)::float8) as renewed
    from (select distinct start from since) d
  )
  select array_agg(case when p_share < 1
      then floor(greatest(min_lost, p_share * rate.renewed / (1 - p_share)))::bigint end order by since.no) into v_excused
    from since join rate on rate.start = since.start;
  return v_excused;
end
$$;
comment on function "$schema".lease_excused_losses is
  'How many losses the brake excuses at the loss of each of these leases; one more pulls it';

create function "$schema".lease_losses_pull(p_now timestamptz, p_share float8) returns boolean language plpgsql stable as $$
declare
  v_lost constant bigint := "$schema".lease_losses(p_now);
begin
  -- Seldom are there so many that the renewals are to be counted.
  return v_lost > 1000
    and coalesce(v_lost > ("$schema".lease_excused_losses(p_now, p_share, array[p_now - interval '60 s']))[1], false);
end
$$;
comment on function "$schema".lease_losses_pull is 'Whether what was lost in the window would pull an armed brake';
