import type { LeaseStore } from '@lease/core';
import { forget, retry, settle } from './cleanups.js';
import { create, release, renew } from './leases.js';
import type { Names } from './names.js';
import type { Model } from './records.js';
import type { Write } from './step.js';

/** One verb, for the store and for the model. */
export interface Verb {
  readonly name: string;
  send(store: LeaseStore): Promise<readonly unknown[]>;
  apply(model: Model): readonly unknown[];
}

const FORGET_REASON = 'by hand';

/** What a write of a sequence stands for. */
export function verbOf(write: Write, names: Names): Verb {
  switch (write.verb) {
    case 'create': {
      const commands = write.commands.map((step) => names.create(step));
      return {
        name: 'create',
        send: async (store) => (await store.create(commands)).map(withoutRetryAfter),
        apply: (model) => commands.map((command) => create(model, command)),
      };
    }
    case 'renew': {
      const commands = write.commands.map(({ lease, stranger, ...ttl }) => ({
        ...names.lease(lease, stranger),
        ...ttl,
      }));
      return {
        name: 'renew',
        send: (store) => store.renew(commands),
        apply: (model) => commands.map((command) => renew(model, command)),
      };
    }
    case 'release': {
      const commands = write.commands.map(({ lease, stranger, disposition }) => ({
        ...names.lease(lease, stranger),
        disposition,
      }));
      return {
        name: 'release',
        send: (store) => store.release(commands),
        apply: (model) => commands.map((command) => release(model, command)),
      };
    }
    case 'settle': {
      const outcomes = write.outcomes.map((step) => names.outcome(step));
      return {
        name: 'settle',
        send: (store) => store.settleCleanups(outcomes),
        apply: (model) => outcomes.map((outcome) => settle(model, outcome)),
      };
    }
    case 'retry': {
      const { delayMs } = write;
      const ids = write.cleanups.map((cleanup) =>
        names.cleanupId(cleanup, ({ state }) => state === 'ABANDONED'),
      );
      return {
        name: 'retry',
        send: (store) => store.retryCleanups(ids.map((cleanupId) => ({ cleanupId, delayMs }))),
        apply: (model) => ids.map((cleanupId) => retry(model, cleanupId, delayMs)),
      };
    }
    case 'forget': {
      const ids = write.cleanups.map((cleanup) =>
        names.cleanupId(cleanup, ({ state }) => state === 'ABANDONED' || state === 'DUE'),
      );
      return {
        name: 'forget',
        send: (store) => store.forgetCleanups(ids.map((cleanupId) => ({ cleanupId, reason: FORGET_REASON }))),
        apply: (model) => ids.map((cleanupId) => forget(model, cleanupId, FORGET_REASON)),
      };
    }
  }
}

/** When to try again is advice; the model has none. That there is some is checked. */
function withoutRetryAfter(result: Awaited<ReturnType<LeaseStore['create']>>[number]): unknown {
  if (result.outcome !== 'refused' || result.reason !== 'OBJECT_BEING_COLLECTED') return result;
  const { retryAfterMs = 0, ...rest } = result;
  return retryAfterMs > 0 ? rest : result;
}
