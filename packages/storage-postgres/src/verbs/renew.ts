import type { RenewLease, RenewResult } from '@lease/core';
import type { Database } from '../connection/database.js';
import { inRuns } from '../in-runs.js';
import { type LeaseAnswer, resultOf } from '../lease-answer.js';
import { callBatch } from './call-batch.js';

type Refusal = Extract<RenewResult, { outcome: 'refused' }>['reason'];

/** See `LeaseStore.renew`. */
export function renew(database: Database, commands: readonly RenewLease[]): Promise<readonly RenewResult[]> {
  return inRuns(
    commands,
    ({ leaseId }) => leaseId,
    async (run) => {
      const rows = await callBatch<{ answer: LeaseAnswer<Refusal> }, RenewLease>(
        database,
        `select ${database.schema}.lease_renew_v1($1::uuid[], $2::text[], $3::bigint[]) as answer`,
        [
          run.map(({ leaseId }) => leaseId),
          run.map(({ serviceId }) => serviceId),
          run.map(({ ttlMs }) => ttlMs ?? null),
        ],
        run,
        { lease: ({ leaseId }) => leaseId },
      );
      return run.map(renewedOf(rows));
    },
  );
}

/** As for any answer, with the margin of each lease. */
function renewedOf(
  rows: readonly { readonly answer: LeaseAnswer<Refusal> }[],
): (command: RenewLease) => RenewResult {
  const of = resultOf(rows);
  const { leases, margins } = rows[0]?.answer ?? {};
  const marginOf = new Map(leases?.map(([leaseId], i) => [leaseId, margins?.[i]]));
  return (command) => {
    const result = of(command);
    if (result.outcome === 'refused') return result;
    const marginMs = marginOf.get(command.leaseId);
    if (marginMs === undefined) throw new Error(`the margin of lease ${command.leaseId} was not answered`);
    return { ...result, marginMs };
  };
}
