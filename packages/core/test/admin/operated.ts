// By path: core may not depend on a package that depends on core.
import { MemoryStore } from '../../../storage-memory/src/memory-store.js';
import {
  type Answer,
  CleanupAdmin,
  type CleanupClaim,
  type CleanupSpec,
  type LeaseEvent,
  type LeaseStore,
} from '../../src/index.js';
import { createCommand, httpCleanup, ManualClock, objectRef, seededRandom } from '../../src/testing/index.js';

interface Doomed {
  readonly serviceId?: string;
  readonly type?: string;
  readonly cleanup?: CleanupSpec;
}

/** An admin over a store in memory whose clock the test holds. `wrap` stands between the two. */
export function operated(wrap: (store: LeaseStore) => LeaseStore = (store) => store) {
  const clock = new ManualClock();
  const store = new MemoryStore({ clock, random: seededRandom(1) });
  const events: LeaseEvent[] = [];
  const admin = new CleanupAdmin({ store: wrap(store), observer: (event) => events.push(event) });
  let made = 0;

  /** Takes and releases leases on objects of their own. */
  const fallDue = async (
    count: number,
    { serviceId = 'service-a', type = 'custom', cleanup }: Doomed = {},
  ) => {
    const commands = Array.from({ length: count }, () => {
      made += 1;
      const leaseId = uuid(made);
      const object = objectRef(String(made), type);
      return createCommand({ leaseId, object, serviceId, cleanup: cleanup ?? httpCleanup(), maxActive: 1e6 });
    });
    await store.create(commands);
    await store.release(
      commands.map(({ leaseId }) => ({ leaseId, serviceId, disposition: 'COLLECT' as const })),
    );
  };

  const claim = (limit = 100_000) =>
    store.claimCleanups({
      ...{ claimant: 'replica-1', limit, perEndpointLimit: limit, busyEndpoints: [], claimMs: 40_000 },
    });

  const fail = async (claims: readonly CleanupClaim[]) => {
    await store.settleCleanups(
      claims.map(({ cleanupId, object, fence }) => ({
        ...{ cleanupId, object, fence, kind: 'fail', abandonReason: 'TERMINAL_ANSWER' },
        ...{ durationMs: 12.5, statusCode: 400, detail: 'Bad Request' },
      })),
    );
  };

  /** Makes cleanups that are abandoned; returns their ids. Nothing else may be due. */
  const abandon = async (count: number, parts: Doomed = {}) => {
    await fallDue(count, parts);
    const claims = await claim();
    await fail(claims);
    return claims.map(({ cleanupId }) => cleanupId);
  };

  return { clock, store, admin, events, fallDue, claim, fail, abandon };
}

/** The n-th of a series of ids. */
export function uuid(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

export function valueOf<T>(answer: Answer<T>): T {
  if (answer.ok) return answer.value;
  throw new Error(`refused: ${answer.refusal.message}`);
}

/** Why each was refused; unset where it was not. */
export function reasonsOf(
  results: readonly { readonly answer: Answer<undefined> }[],
): readonly (string | undefined)[] {
  return results.map(({ answer }) => (answer.ok ? undefined : answer.refusal.reason));
}
