import type { CleanupClaim, Lease, LeaseStore } from '@lease/core';
import { overriding } from './overriding.js';

/** R1, R2: the whole row is written back. */
export function resurrecting(store: LeaseStore): LeaseStore {
  return overriding(store, {
    renew: async (commands) => {
      const results = await store.renew(commands);
      return Promise.all(
        results.map(async (result, i) => {
          const { lease } = await store.get(commands[i]?.leaseId ?? '');
          const ended = result.outcome === 'refused' && result.reason === 'LEASE_ENDED';
          if (!ended || lease === undefined) return result;
          const active = { ...lease, state: 'ACTIVE' as const };
          return { outcome: 'done' as const, lease: active, now: result.now, marginMs: 0 };
        }),
      );
    },
  });
}

export function hasty(store: LeaseStore): LeaseStore {
  return overriding(store, {
    expireDue: (sweep) => store.expireDue({ ...sweep, graceMs: -1_000 }),
  });
}

/** As a `NOT EXISTS (active lease)` that does not see what is uncommitted. */
export function claimingHeld(store: LeaseStore): LeaseStore {
  let sample: CleanupClaim | undefined;
  let held: Lease | undefined;
  return overriding(store, {
    create: async (commands) => {
      const results = await store.create(commands);
      for (const result of results) if (result.outcome === 'done') held = result.lease;
      return results;
    },
    claimCleanups: async (command) => {
      const claims = await store.claimCleanups(command);
      sample = claims[0] ?? sample;
      if (sample === undefined || held === undefined || claims.length >= command.limit) return claims;
      return [...claims, { ...sample, object: held.object, generation: held.generation }];
    },
  });
}

export function reviving(store: LeaseStore): LeaseStore {
  return overriding(store, {
    create: async (commands) => {
      const results = await store.create(commands);
      for (const [i, result] of results.entries()) {
        const command = commands[i];
        if (result.outcome !== 'refused' || result.reason !== 'OBJECT_BEING_COLLECTED' || !command) continue;
        const { cleanups } = await store.listCleanups({ objectType: command.object.type, limit: 1_000 });
        const run = cleanups.find(({ object }) => object.id === command.object.id);
        if (run?.fence === undefined) continue;
        const given = { cleanupId: run.cleanupId, object: run.object, fence: run.fence };
        await store.settleCleanups([
          { ...given, kind: 'retry', contact: 'answered', delayMs: 0, abandonReason: 'CLAIM_LOST' },
        ]);
        return store.create(commands);
      }
      return results;
    },
  });
}

/** As in queues that record an outcome by the job's id alone. */
export function settlingStale(store: LeaseStore): LeaseStore {
  return overriding(store, {
    settleCleanups: async (outcomes) => {
      const current = await Promise.all(
        outcomes.map(async (outcome) => {
          const fence = (await store.getCleanup(outcome.cleanupId))?.fence;
          return fence === undefined ? outcome : { ...outcome, fence };
        }),
      );
      return store.settleCleanups(current);
    },
  });
}

export function doneBeforehand(store: LeaseStore): LeaseStore {
  return overriding(store, {
    claimCleanups: async (command) => {
      const claims = await store.claimCleanups(command);
      await store.settleCleanups(
        claims.map(({ cleanupId, object, fence }) => ({ kind: 'done', cleanupId, object, fence })),
      );
      return claims;
    },
  });
}

export function dropping(store: LeaseStore): LeaseStore {
  return overriding(store, {
    expireDue: async (sweep) => {
      const report = await store.expireDue(sweep);
      const { cleanups } = await store.listCleanups({ state: 'DUE', limit: 1_000 });
      const [lost] = report.due > 0 ? cleanups.filter(({ attempts }) => attempts === 0) : [];
      if (lost !== undefined) await store.forgetCleanups([{ cleanupId: lost.cleanupId, reason: '' }]);
      return report;
    },
  });
}

export function generous(store: LeaseStore): LeaseStore {
  return overriding(store, {
    create: (commands) => store.create(commands.map((each) => ({ ...each, maxActive: each.maxActive + 1 }))),
  });
}

/** A reply was lost, and the retry is blind. */
export function forgetful(store: LeaseStore): LeaseStore {
  let drawn = 0;
  return overriding(store, {
    create: async (commands) => {
      const results = await store.create(commands);
      const again = results.some((result) => result.outcome === 'done' && result.replayed);
      if (!again) return results;
      drawn += 1;
      const leaseId = `ffffffff-ffff-4fff-bfff-${String(drawn).padStart(12, '0')}`;
      return store.create(commands.map((each) => ({ ...each, leaseId })));
    },
  });
}

export function unpausing(store: LeaseStore): LeaseStore {
  return overriding(store, {
    expireDue: async (sweep) => {
      const report = await store.expireDue(sweep);
      const { pauses } = await store.collectionState();
      if (!pauses.some(({ reason }) => reason === 'GAP')) return report;
      await store.resume();
      return store.expireDue(sweep);
    },
  });
}

export function lenient(store: LeaseStore): LeaseStore {
  return overriding(store, {
    expireDue: (sweep) => store.expireDue({ ...sweep, graceMs: 2 * sweep.graceMs + 1_000 }),
  });
}

/** As if nothing followed the pause. */
export function unrecovering(store: LeaseStore): LeaseStore {
  return overriding(store, {
    expireDue: async (sweep) => {
      const { pauses } = await store.collectionState();
      if (pauses.length === 0) await store.resume();
      return store.expireDue(sweep);
    },
  });
}

/** Reads from a replica that lags. */
export function showingThePast(store: LeaseStore): LeaseStore {
  const first = new Map<string, Awaited<ReturnType<LeaseStore['get']>>>();
  return overriding(store, {
    get: async (leaseId) => {
      const reading = await store.get(leaseId);
      const { now } = reading;
      const before = first.get(leaseId) ?? reading;
      first.set(leaseId, before);
      return { ...before, now };
    },
  });
}

/** R17, in the large: what stands first in line cannot move, and nothing behind it is ever seen. */
export function passingOver(store: LeaseStore): LeaseStore {
  const busyEndpoints = ['http://endpoint-1.test'];
  return overriding(store, {
    claimCleanups: (command) => store.claimCleanups({ ...command, busyEndpoints }),
  });
}

export function stampingByItself(store: LeaseStore): LeaseStore {
  return overriding(store, {
    renew: async (commands) => {
      const results = await store.renew(commands);
      return results.map((result) => ({ ...result, now: result.now + 50 }));
    },
  });
}

/** Claims once in a while only. */
export function dawdling(store: LeaseStore): LeaseStore {
  let looks = 0;
  return overriding(store, {
    claimCleanups: (command) => {
      looks += 1;
      return looks % 6 === 0 ? store.claimCleanups(command) : Promise.resolve([]);
    },
  });
}

/** A claim that ran out is taken over late. */
export function clinging(store: LeaseStore): LeaseStore {
  return overriding(store, {
    claimCleanups: (command) => store.claimCleanups({ ...command, claimMs: command.claimMs + 5_000 }),
  });
}

export function stubborn(store: LeaseStore): LeaseStore {
  return overriding(store, {
    retryCleanups: (commands) => Promise.resolve(commands.map(() => 'CLEANUP_NOT_ABANDONED')),
  });
}

export function amnesic(store: LeaseStore): LeaseStore {
  return overriding(store, {
    prune: (command) => store.prune({ ...command, finishedCleanupsOlderThanMs: 1 }),
  });
}

export function possessive(store: LeaseStore): LeaseStore {
  return overriding(store, {
    release: async (commands) => {
      if (commands.every(({ disposition }) => disposition === 'COLLECT')) return store.release(commands);
      const { now } = await store.get('');
      return commands.map(() => ({ outcome: 'refused', reason: 'CLEANUP_OWNED', now }));
    },
  });
}
