-- breaking: false
-- LeaseStore.stats: as in 0025, with active leases by type, the service that has most of them, and the check that comes first.

-- A look at all services: 3 ms for 10,000, 18 ms for 100,000. An index on what is used would make each change of a quota a
-- non-HOT update, in every create. A look at all of them is no work for an index, which sessions prefer.
create function "$schema".lease_largest_service_v1() returns bigint language sql stable set enable_seqscan to on as $$
  select coalesce(max(s.used - coalesce(r.refund, 0)), 0) from "$schema".service s left join (
    select service_id, sum(refund) refund from "$schema".service_refund group by service_id
  ) r using (service_id)
$$;
comment on function "$schema".lease_largest_service_v1 is 'Active leases of the service that has most of them';

create function "$schema".lease_stats_v2() returns table (
  created bigint, active bigint, released bigint, expired bigint, renewals bigint,
  ended bigint, collected bigint, abandoned bigint, open bigint, revived bigint, kept bigint, forgotten bigint,
  claimed bigint, done bigint, retried bigint, failed bigint, unstarted bigint, lost bigint, stale bigint,
  held bigint, database_row bigint, blob bigint, temporary_file bigint, websocket_session bigint, cache_entry bigint,
  custom bigint, largest_service bigint, next_attempt_time timestamptz, next_check_time timestamptz, now timestamptz
) language sql as $$
  with entry as (select * from "$schema".ledger)
  select t.created + coalesce(sum(e.created), 0), t.active + coalesce(sum(e.active), 0),
    t.released + coalesce(sum(e.released), 0), t.expired + coalesce(sum(e.expired), 0),
    t.renewals + coalesce(sum(e.renewals), 0),
    t.ended + coalesce(sum(e.ended), 0), t.collected + coalesce(sum(e.collected), 0),
    t.abandoned + coalesce(sum(e.abandoned), 0), t.open + coalesce(sum(e.open), 0),
    t.revived + coalesce(sum(e.revived), 0), t.kept + coalesce(sum(e.kept), 0),
    t.forgotten + coalesce(sum(e.forgotten), 0),
    t.claimed + t.done + t.retried + t.failed + t.unstarted + t.lost
      + coalesce(sum(e.claimed + e.done + e.retried + e.failed + e.unstarted + e.lost), 0),
    t.done + coalesce(sum(e.done), 0), t.retried + coalesce(sum(e.retried), 0), t.failed + coalesce(sum(e.failed), 0),
    t.unstarted + coalesce(sum(e.unstarted), 0), t.lost + coalesce(sum(e.lost), 0), t.stale + coalesce(sum(e.stale), 0),
    t.held + coalesce(sum(e.held), 0), t.database_row + coalesce(sum(e.database_row), 0),
    t.blob + coalesce(sum(e.blob), 0), t.temporary_file + coalesce(sum(e.temporary_file), 0),
    t.websocket_session + coalesce(sum(e.websocket_session), 0), t.cache_entry + coalesce(sum(e.cache_entry), 0),
    t.custom + coalesce(sum(e.custom), 0),
    "$schema".lease_largest_service_v1(),
    (select o.due_at from "$schema".object o where o.due_at is not null order by o.due_at limit 1),
    least(
      (select check_at from "$schema".lease where state = 'ACTIVE' and lane = 'fresh' order by check_at limit 1),
      (select check_at from "$schema".lease where state = 'ACTIVE' and lane = 'renewed' order by check_at limit 1)),
    "$schema".lease_now()
  from "$schema".total t left join entry e on true
  group by t.one
$$;
comment on function "$schema".lease_stats_v2 is
  'Totals since the store was made, and gauges; claimed counts the claims ever made. The identities S6 and S16 hold in it';
