import { setTimeout as delay } from 'node:timers/promises';
import type { Sql } from 'postgres';
import type { Violations } from '../checker/violations.js';
import { QUOTA } from './stage.js';

interface Snapshot {
  readonly exceeding: readonly { readonly service: string; readonly active: number }[] | null;
  readonly miscounted: readonly { readonly service: string }[] | null;
  readonly active: number;
  readonly counted: number;
  readonly made: number;
  readonly accounted: number;
}

/** Looks at committed snapshots, one statement each, for what must hold in every one of them (S10, S16). */
export async function watchSnapshots(
  sql: Sql,
  schema: string,
  until: () => boolean,
  violations: Violations,
): Promise<number> {
  const within = `"${schema}"`;
  const statement = `
    with active as materialized (
      select service_id, count(*) n from ${within}.lease where state = 'ACTIVE' group by 1
    ), used as materialized (
      select s.service_id, s.used - coalesce((select sum(r.refund) from ${within}.service_refund r where r.service_id = s.service_id), 0) n
      from ${within}.service s
    ), counted as materialized (
      select sum(created) created, sum(active) active, sum(released) released, sum(expired) expired
      from (select created, active, released, expired from ${within}.total
        union all select created, active, released, expired from ${within}.ledger) entry
    )
    select
      (select jsonb_agg(jsonb_build_object('service', service_id, 'active', n)) from active where n > ${QUOTA}) as exceeding,
      (select jsonb_agg(jsonb_build_object('service', coalesce(a.service_id, u.service_id)))
        from active a full join used u on u.service_id = a.service_id where coalesce(a.n, 0) <> coalesce(u.n, 0)) miscounted,
      (select coalesce(sum(n), 0)::int from active) active,
      (select active::int from counted) counted,
      (select created::int from counted) made,
      (select (active + released + expired)::int from counted) accounted`;
  let looks = 0;
  while (!until()) {
    const [snapshot] = await sql.unsafe<Snapshot[]>(statement);
    if (snapshot) judgeSnapshot(snapshot, violations);
    looks += 1;
    await delay(5);
  }
  return looks;
}

function judgeSnapshot({ exceeding, miscounted, ...counts }: Snapshot, violations: Violations): void {
  for (const { service, active } of exceeding ?? []) {
    violations.add('S10', `${service} has ${active} active leases, its quota is ${QUOTA}`);
  }
  for (const { service } of miscounted ?? [])
    violations.add('S10', `${service} is charged with another number than it has`);
  violations.unless(
    counts.active === counts.counted,
    'S16',
    `${counts.active} leases are active, ${counts.counted} are counted`,
  );
  violations.unless(
    counts.made === counts.accounted,
    'S16',
    `${counts.made} leases were made, ${counts.accounted} accounted for`,
  );
}
