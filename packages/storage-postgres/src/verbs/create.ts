import { type CreateLease, type CreateResult, type Instant, type Lease, objectKey } from '@lease/core';
import type { Database } from '../connection/database.js';
import { inRuns } from '../in-runs.js';
import { storedMetadata, storedSpec } from '../json.js';
import { type LeaseRow, readLeases } from '../lease-row.js';
import { Numbering } from '../numbering.js';
import { callBatch } from './call-batch.js';

type Refusal = Extract<CreateResult, { outcome: 'refused' }>['reason'];

/** Arrays: one item per command. */
interface Answer {
  readonly now: Instant;
  /** Of a lease that was created. */
  readonly generation: readonly (number | null)[];
  /** Of a lease that revived its object. */
  readonly prior: readonly (number | null)[];
  readonly refused: readonly (Refusal | null)[];
  readonly retryMs: readonly (number | null)[];
  /** Those that were there already. */
  readonly leases: readonly LeaseRow[] | null;
}

/** See `LeaseStore.create`. */
export function create(
  database: Database,
  commands: readonly CreateLease[],
): Promise<readonly CreateResult[]> {
  return inRuns(
    commands,
    ({ leaseId }) => leaseId,
    async (run) => {
      const answer = await call(database, run);
      const known = readLeases(answer.leases);
      return run.map((command, index) => result(command, answer, index, known));
    },
  );
}

async function call(database: Database, commands: readonly CreateLease[]): Promise<Answer> {
  const objects = new Numbering();
  const services = new Numbering();
  const cleanups = commands.map(({ cleanup }) => cleanup);
  const [row] = await callBatch<{ answer: Answer }, CreateLease>(
    database,
    `select ${database.schema}.lease_create_v1($1::uuid[], $2::integer[], $3::integer[], $4::text[], $5::bigint[],
      $6::jsonb[], $7::bigint[], $8::text[], $9::text[], $10::integer[], $11::jsonb[], $12::text[], $13::text[]) as answer`,
    [
      commands.map(({ leaseId }) => leaseId),
      commands.map(({ object }) => objects.of(objectKey(object))),
      commands.map(({ serviceId }) => services.of(serviceId)),
      commands.map(({ requestHash }) => requestHash),
      commands.map(({ ttlMs }) => ttlMs),
      commands.map(({ metadata }) => json(storedMetadata(metadata))),
      commands.map(({ maxActive }) => maxActive),
      cleanups.map((cleanup) => cleanup?.endpoint ?? null),
      cleanups.map((cleanup) => cleanup?.hash ?? null),
      cleanups.map((cleanup) => cleanup?.spec.retry.maxAttempts ?? null),
      cleanups.map((cleanup) => (cleanup ? json(storedSpec(cleanup.spec)) : null)),
      objects.keys,
      services.keys,
    ],
    commands,
    { object: ({ object }) => objectKey(object), service: ({ serviceId }) => serviceId },
  );
  if (row === undefined) throw new Error('create was not answered');
  return row.answer;
}

function json(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}

function result(
  command: CreateLease,
  { now, generation, prior, refused, retryMs }: Answer,
  index: number,
  known: ReadonlyMap<string, Lease>,
): CreateResult {
  const reason = refused[index];
  if (reason) {
    const retryAfterMs = retryMs[index];
    return { outcome: 'refused', reason, now, ...(typeof retryAfterMs === 'number' && { retryAfterMs }) };
  }
  const drawn = generation[index];
  if (typeof drawn === 'number') {
    return { outcome: 'done', lease: newLease(command, now, drawn, prior[index]), replayed: false, now };
  }
  const lease = known.get(command.leaseId);
  if (lease === undefined) throw new Error(`lease ${command.leaseId} was not answered`);
  return { outcome: 'done', lease, replayed: true, now };
}

function newLease(command: CreateLease, now: Instant, generation: number, prior?: number | null): Lease {
  return {
    leaseId: command.leaseId,
    object: command.object,
    serviceId: command.serviceId,
    state: 'ACTIVE',
    generation,
    ttlMs: command.ttlMs,
    createTime: now,
    expireTime: now + command.ttlMs,
    renewTime: now,
    renewalCount: 0,
    metadata: command.metadata,
    hasCleanup: command.cleanup !== undefined,
    revived: typeof prior === 'number',
    priorAttempts: prior ?? 0,
  };
}
