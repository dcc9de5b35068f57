import type { ReleaseLease, ReleaseResult } from '@lease/core';
import type { Database } from '../connection/database.js';
import { inRuns } from '../in-runs.js';
import { type LeaseAnswer, resultOf } from '../lease-answer.js';
import { callBatch } from './call-batch.js';

type Refusal = Extract<ReleaseResult, { outcome: 'refused' }>['reason'];

/** See `LeaseStore.release`. */
export function release(
  database: Database,
  commands: readonly ReleaseLease[],
): Promise<readonly ReleaseResult[]> {
  return inRuns(
    commands,
    ({ leaseId }) => leaseId,
    async (run) => {
      const rows = await callBatch<{ answer: LeaseAnswer<Refusal> }, ReleaseLease>(
        database,
        `select ${database.schema}.lease_release_v1($1::uuid[], $2::text[], $3::boolean[]) as answer`,
        [
          run.map(({ leaseId }) => leaseId),
          run.map(({ serviceId }) => serviceId),
          run.map(({ disposition }) => disposition === 'KEEP'),
        ],
        run,
        { lease: ({ leaseId }) => leaseId, heldObject: ({ leaseId }) => leaseId },
      );
      return run.map(resultOf(rows));
    },
  );
}
