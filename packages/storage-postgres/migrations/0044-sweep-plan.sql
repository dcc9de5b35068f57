-- breaking: false
-- LeaseStore.expireDue, as in 0037, under plans that serve tables of every size: see 0038.

-- Never waits, but if p_wait it waits a little for the objects: one that is locked all the time, by one create and release
-- after the other, would never see its dead leases end.
create or replace function "$schema".lease_expire_v1(p_limit integer, p_grace_ms bigint, p_brake_share float8, p_wait boolean)
returns json language plpgsql as $$
declare
  -- GAP, BRAKE of @lease/core.
  gap_tolerated constant interval := interval '1 s';
  gap_max_pause constant interval := interval '30 s';
  heartbeat_ms constant integer := 500;
  brake_min_lost constant integer := 1000;
  brake_window constant interval := interval '60 s';
  brake_pause constant interval := interval '5 min';
  -- A lease whose object is locked is met again after this long: the pages do not fill with what cannot move (R17).
  locked_pause constant interval := interval '250 ms';
  wait_limit constant text := '100ms';

  c "$schema".control;
  v_now timestamptz;
  v_horizon timestamptz;
  v_gap interval;
  v_grace constant interval := p_grace_ms * interval '1 millisecond';
  v_protected timestamptz;
  v_braked boolean;
  v_lane "$schema".lane;
  r record;
  -- Leases that stay: when they are looked at next, and in which lane.
  m_lease uuid[] := '{}';
  m_check timestamptz[] := '{}';
  m_lane "$schema".lane[] := '{}';
  -- Leases that may end, the longest overdue first.
  e_lease uuid[] := '{}';
  e_key text[] := '{}';
  e_check timestamptz[] := '{}';
  e_renewed boolean[] := '{}';
  e_half_term timestamptz[] := '{}';
  -- Their objects, as far as they could be locked.
  o_key text[];
  o_active integer[];
  o_has_cleanup boolean[];
  o_last uuid[];
  v_ended uuid[] := '{}';
  v_visited integer := 0;
  v_rearmed integer := 0;
  v_skipped integer := 0;
  v_due integer := 0;
  v_lost integer := 0;
  v_lost_before bigint;
  -- More losses than this, at the loss of each lease, pull the brake. Null: none do.
  v_excused bigint[];
  v_next timestamptz;
  v_next_ms integer := heartbeat_ms;
  v_paused boolean;
begin
  -- One sweeper at a time.
  select * into c from "$schema".control for no key update skip locked;
  if not found then
    return json_build_object('status', 'busy', 'expired', 0, 'rearmed', 0, 'skipped', 0, 'due', 0, 'nextInMs', heartbeat_ms);
  end if;
  v_now := "$schema".lease_now();

  -- A clock that was set back takes last_sweep along: when it is set right again, that is a gap like any other. It takes
  -- along what is ahead as well: of a clock that was a day ahead for one sweep, a pause of a day would stay.
  v_gap := v_now - c.last_sweep;
  if v_gap < interval '0' then
    c.gap_until := c.gap_until + v_gap;
    c.gap_end := c.gap_end + v_gap;
    c.recover_until := c.recover_until + v_gap;
    c.brake_until := c.brake_until + v_gap;
  end if;
  if v_gap > gap_tolerated then
    c.gap_until := greatest(c.gap_until, v_now + least(v_gap, gap_max_pause));
    -- A gap within a recovery adds to it.
    c.recover_until := v_now + v_gap + greatest(c.recover_until - c.last_sweep, interval '0');
    c.gap_end := v_now;
  end if;
  c.last_sweep := v_now;
  v_paused := coalesce(v_now < c.operator_until, false) or coalesce(v_now < c.gap_until, false);
  v_braked := coalesce(v_now < c.brake_until, false);
  v_horizon := v_now - v_grace;

  if not v_paused then
    -- The lane whose first lease is overdue for longer comes first; while the brake holds, only one is looked at.
    for v_lane in
      select q.lane from (
        select 'fresh'::"$schema".lane lane, (
          select check_at from "$schema".lease where state = 'ACTIVE' and lane = 'fresh' order by check_at limit 1) first
        union all
        select 'renewed', (
          select check_at from "$schema".lease where state = 'ACTIVE' and lane = 'renewed' order by check_at limit 1)
      ) q where q.first <= v_horizon and (q.lane = 'fresh' or not v_braked) order by q.first
    loop
      -- What is locked is no part of the page: it does not fill it (R17).
      for r in
        select lease_id, object_key, renewal_count > 0 as renewed, renew_time, expire_time, check_at from "$schema".lease
        where state = 'ACTIVE' and lane = v_lane and check_at <= v_horizon
        order by check_at limit p_limit - v_visited for no key update skip locked
      loop
        v_visited := v_visited + 1;
        -- Null for a lease that was renewed since the gap.
        v_protected := case when r.renew_time < c.gap_end
          then least(c.recover_until, c.gap_end + (r.expire_time - r.renew_time)) end;
        if r.expire_time > v_horizon or v_protected > v_now then
          v_rearmed := v_rearmed + 1;
          m_lease := m_lease || r.lease_id;
          -- To be met at the end of its recovery, to which no grace is added.
          m_check := m_check || case when r.expire_time > v_horizon then r.expire_time else v_protected - v_grace end;
          m_lane := m_lane || case when r.renewed then 'renewed' else 'fresh' end::"$schema".lane;
        elsif r.renewed and v_braked then
          v_skipped := v_skipped + 1;
          m_lease := m_lease || r.lease_id;
          m_check := m_check || r.check_at;
          m_lane := m_lane || 'renewed'::"$schema".lane;
        else
          e_lease := e_lease || r.lease_id;
          e_key := e_key || r.object_key;
          e_check := e_check || r.check_at;
          e_renewed := e_renewed || r.renewed;
          e_half_term := e_half_term || r.renew_time + (r.expire_time - r.renew_time) / 2;
        end if;
      end loop;
      exit when v_visited = p_limit;
    end loop;
  end if;

  if e_lease <> '{}' then
    if p_wait then
      begin
        perform set_config('lock_timeout', wait_limit, true);
        select array_agg(q.object_key), array_agg(q.active), array_agg(q.has_cleanup) into o_key, o_active, o_has_cleanup
        from (
          select object_key, active, cleanup is not null has_cleanup from "$schema".object
          where object_key = any(e_key) order by object_key for no key update
        ) q;
      exception when lock_not_available then o_key := null;
      end;
    end if;
    if o_key is null then
      select array_agg(q.object_key), array_agg(q.active), array_agg(q.has_cleanup) into o_key, o_active, o_has_cleanup
      from (
        select object_key, active, cleanup is not null has_cleanup from "$schema".object
        where object_key = any(e_key) order by object_key for no key update skip locked
      ) q;
    end if;
    o_last := array_fill(null::uuid, array[coalesce(cardinality(o_key), 0)]);
    -- Once more, behind the locks: others may have stamped these objects since.
    v_now := "$schema".lease_now();

    if c.brake_until is null and true = any(e_renewed) then
      v_lost_before := "$schema".lease_losses(v_now);
      if v_lost_before + cardinality(e_renewed) > brake_min_lost then
        v_excused := "$schema".lease_excused_losses(v_now, p_brake_share, e_half_term);
      end if;
    end if;

    for r in
      select e.no as e, o.no as o from unnest(e_key) with ordinality e (object_key, no)
      left join unnest(o_key) with ordinality o (object_key, no) on o.object_key = e.object_key order by e.no
    loop
      if r.o is null or (v_braked and e_renewed[r.e]) then
        v_skipped := v_skipped + 1;
        m_lease := m_lease || e_lease[r.e];
        m_check := m_check || case when r.o is null then v_horizon + locked_pause else e_check[r.e] end;
        m_lane := m_lane || case when e_renewed[r.e] then 'renewed' else 'fresh' end::"$schema".lane;
        continue;
      end if;
      v_ended := v_ended || e_lease[r.e];
      o_active[r.o] := o_active[r.o] - 1;
      o_last[r.o] := e_lease[r.e];
      if e_renewed[r.e] then
        v_lost := v_lost + 1;
        if v_lost_before + v_lost > v_excused[r.e] then
          c.brake_until := v_now + brake_pause;
          v_braked := true;
        end if;
      end if;
    end loop;
  end if;

  if m_lease <> '{}' then
    update "$schema".lease l set check_at = k.check_at, lane = k.lane
      from unnest(m_lease, m_check, m_lane) k (lease_id, check_at, lane)
      where l.lease_id = any(m_lease) and l.lease_id = k.lease_id;
  end if;
  if v_ended <> '{}' then
    update "$schema".lease l set state = 'EXPIRED', end_time = greatest(v_now, l.renew_time)
      where l.lease_id = any(v_ended);
    select "$schema".lease_leave_objects(
        array_agg(q.object_key), array_agg(q.active), array_agg(q.has_cleanup), array_agg(q.last), 'EXPIRED', v_now)
      into v_due
    from unnest(o_key, o_active, o_has_cleanup, o_last) q (object_key, active, has_cleanup, last)
    where q.last is not null;
  else
    -- A heartbeat that is lost only lengthens a pause: it waits for no disk.
    perform set_config('synchronous_commit', 'off', true);
  end if;
  if v_lost > 0 then
    delete from "$schema".loss_step where start <= v_now - brake_window;
    insert into "$schema".loss_step as q (start, lost) values ("$schema".lease_step(v_now), v_lost)
      on conflict (start) do update set lost = q.lost + excluded.lost;
  end if;

  if v_visited = p_limit then
    v_next_ms := 0;
  elsif not v_paused then
    -- Expiry has caught up. A brake that was lifted a whole window ago may hold again, for losses from here on, if those
    -- since then would not pull it: the losses of one partition are spread over a third of their term.
    if c.brake_until <= v_now - brake_window and not "$schema".lease_losses_pull(v_now, p_brake_share) then
      c.brake_until := null;
      delete from "$schema".loss_step;
    end if;
    -- What is still overdue was locked.
    select count(*) into v_visited from (
      select from "$schema".lease where state = 'ACTIVE' and lane = 'fresh' and check_at <= v_horizon limit p_limit
    ) q;
    if not v_braked then
      v_visited := v_visited + (select count(*) from (
        select from "$schema".lease where state = 'ACTIVE' and lane = 'renewed' and check_at <= v_horizon limit p_limit
      ) q);
    end if;
    v_skipped := v_skipped + v_visited;
    select min(q.check_at) into v_next from (
      (select check_at from "$schema".lease
        where state = 'ACTIVE' and lane = 'fresh' and check_at > v_horizon order by check_at limit 1)
      union all
      (select check_at from "$schema".lease
        where state = 'ACTIVE' and lane = 'renewed' and check_at > v_horizon and not v_braked order by check_at limit 1)
    ) q;
    if v_visited > 0 then v_next := least(v_next, v_horizon + locked_pause); end if;
    v_next_ms := least(heartbeat_ms, "$schema".lease_ms(v_next) - "$schema".lease_ms(v_horizon));
  end if;

  update "$schema".control set
    last_sweep = c.last_sweep, gap_until = c.gap_until, gap_end = c.gap_end, recover_until = c.recover_until,
    brake_until = c.brake_until;
  return json_build_object(
    'status', case when v_paused then 'paused' else 'swept' end, 'expired', cardinality(v_ended), 'rearmed', v_rearmed,
    'skipped', v_skipped, 'due', v_due, 'nextInMs', v_next_ms);
end
$$;
