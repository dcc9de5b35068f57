import {
  type Cleanup,
  type CleanupAttempt,
  type CollectionState,
  type StoreStats,
  TYPE_GROUPS,
  typeGroup,
} from '@lease/core';
import { holders, type Model, type ModelAttempt, operatorPaused, type Run } from './records.js';

/** The note that every pause of a sequence carries. */
export const PAUSE_NOTE = 'by the model';

export function cleanupView(run: Run): Cleanup {
  const open = run.state === 'DUE' || run.state === 'CLAIMED';
  return {
    cleanupId: run.cleanupId ?? 'not seen yet',
    object: run.object,
    generation: run.generation,
    state: run.state,
    reason: run.reason,
    serviceId: run.given.serviceId,
    leaseId: run.given.leaseId,
    lastLeaseId: run.lastLeaseIds.join(' or '),
    endpoint: run.given.endpoint,
    dueTime: run.dueTime,
    attempts: run.attempt,
    ...(open && { nextAttemptTime: run.at }),
    ...(run.claim && { claimant: run.claim.claimant, fence: run.claim.fence }),
    ...(run.endTime !== undefined && { endTime: run.endTime }),
    ...(run.abandonReason !== undefined && { abandonReason: run.abandonReason }),
    ...(run.forgetReason !== undefined && { forgetReason: run.forgetReason }),
    ...(run.detail !== undefined && { lastDetail: run.detail }),
  };
}

export function attemptView({ run, ...attempt }: ModelAttempt): CleanupAttempt {
  const { attempt: number, fence, claimant, outcome, claimTime, settleTime, detail } = attempt;
  return {
    cleanupId: run.cleanupId ?? 'not seen yet',
    ...{ attempt: number, fence, claimant, outcome, claimTime, settleTime },
    ...(detail !== undefined && { detail }),
  };
}

export function stateView(model: Model): CollectionState {
  const { now, gapUntil, operatorUntil, lastSweep } = model;
  return {
    pauses: [
      ...(now < gapUntil ? [{ reason: 'GAP' as const, until: gapUntil }] : []),
      ...(operatorPaused(model)
        ? [{ reason: 'OPERATOR' as const, until: operatorUntil, note: PAUSE_NOTE }]
        : []),
    ],
    ...(lastSweep !== undefined && { lastSweepTime: lastSweep }),
    now,
  };
}

/** All totals, counted anew: that the store's running totals agree is S6 and S16. */
export function statsView(model: Model): StoreStats {
  const leases = (state: string) => model.leases.filter(({ lease }) => lease.state === state).length;
  const runs = (...states: string[]) => model.runs.filter(({ state }) => states.includes(state));
  const attempts = (outcome: string) =>
    model.attempts.filter((attempt) => attempt.outcome === outcome).length;
  const open = runs('DUE', 'CLAIMED');
  const active = model.leases
    .filter(({ lease }) => lease.state === 'ACTIVE')
    .map(({ lease }) => ({ type: lease.object.type, service: lease.serviceId }));
  const next = Math.min(...open.map(({ at }) => at));
  return {
    leases: {
      created: model.leases.length,
      active: leases('ACTIVE'),
      released: leases('RELEASED'),
      expired: leases('EXPIRED'),
      renewals: model.leases.reduce((sum, { lease }) => sum + lease.renewalCount, 0),
    },
    cleanups: {
      ended: model.runs.length + model.keptLives,
      collected: runs('COLLECTED').length,
      abandoned: runs('ABANDONED').length,
      open: open.length,
      revived: runs('REVIVED').length,
      kept: model.keptLives,
      forgotten: runs('FORGOTTEN').length,
    },
    attempts: {
      claimed: model.attempts.length + runs('CLAIMED').length,
      done: attempts('DONE'),
      retried: attempts('RETRY'),
      failed: attempts('FAIL'),
      unstarted: attempts('UNSTARTED'),
      lost: attempts('LOST'),
      stale: model.staleOutcomes,
    },
    heldObjects: [...model.lives.values()].filter(({ object }) => holders(model, object).length > 0).length,
    activeByType: Object.fromEntries(
      TYPE_GROUPS.map((group) => [group, active.filter(({ type }) => typeGroup(type) === group).length]),
    ) as StoreStats['activeByType'],
    largestService: Math.max(
      0,
      ...active.map(({ service }) => active.filter((other) => other.service === service).length),
    ),
    ...(open.length > 0 && { nextAttemptTime: next }),
    now: model.now,
  };
}
