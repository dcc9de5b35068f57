import type postgres from 'postgres';

export interface Fill {
  readonly objects: number;
  readonly endpoints: number;
  /** ACTIVE leases on HELD objects, or ended ones on objects that are due or abandoned. */
  readonly state: 'HELD' | 'DUE' | 'ABANDONED';
  /** When they fall due, from now; a negative number is the past. For HELD: when the leases expire. Default: now. */
  readonly inMs?: number;
  /** Name them, and so keep one filling from another. Default `o`. */
  readonly prefix?: string;
}

/** Puts objects with a lease each into the tables, past the triggers: for sizes, not for totals. */
export async function fill(sql: postgres.Sql, what: Fill): Promise<void> {
  await sql.begin(async (transaction) => {
    // Not by altering the tables: sessions would forget the plans that they have made.
    await transaction`set local session_replication_role = replica`;
    await insert(transaction as unknown as postgres.Sql, what);
  });
}

async function insert(
  sql: postgres.Sql,
  { objects, endpoints, state, inMs = 0, prefix = 'o' }: Fill,
): Promise<void> {
  await sql`
    insert into object (object_key, state, active, generation, due_at, endpoint, owner_service, owner_lease, cleanup_hash,
      max_attempts, cleanup, cleanup_id, reason, last_lease, due_time, abandon_reason, abandon_time)
    select 'custom/' || ${prefix} || n, ${state}::object_state, case when ${state} = 'HELD' then 1 else 0 end, n,
      case when ${state} = 'DUE' then at end, 'http://h' || lpad((n % ${endpoints}::int)::text, 6, '0'), 'service',
      md5(${prefix} || n)::uuid, 'hash', 15, jsonb_build_object('target', jsonb_build_object('kind', 'handler'),
        'payload', repeat('x', 200), 'retry', '{}'::jsonb),
      case when ${state} <> 'HELD' then md5('c' || ${prefix} || n)::uuid end, 'RELEASED', md5(${prefix} || n)::uuid, at,
      case when ${state} = 'ABANDONED' then 'CLAIM_LOST'::abandon_reason end,
      case when ${state} = 'ABANDONED' then at end
    from generate_series(1, ${objects}::int) n,
      lateral (values (lease_now() + ${inMs}::int * interval '1 ms' + n * interval '1 microsecond')) t (at)`;
  await sql`
    insert into lease (lease_id, object_key, service_id, state, disposition, has_cleanup, revived, prior_attempts,
      generation, ttl_ms, create_time, expire_time, renew_time, check_at, end_time, request_hash)
    select owner_lease, object_key, 'service', case when ${state} = 'HELD' then 'ACTIVE' else 'RELEASED' end::lease_state,
      case when ${state} <> 'HELD' then 'COLLECT'::disposition end, true, false, 0, generation, 60000, due_time, due_time,
      due_time, due_time, case when ${state} <> 'HELD' then due_time end, 'hash'
    from object where object_key like 'custom/' || ${prefix} || '%'`;
  await sql`insert into service values ('service', ${state === 'HELD' ? objects : 0})
    on conflict (service_id) do update set used = service.used + excluded.used`;
}

/** The endpoints of these numbers, as {@link fill} calls them. */
export function endpointsFrom(first: number, count: number): string[] {
  return Array.from({ length: count }, (_, n) => `http://h${String(first + n).padStart(6, '0')}`);
}
