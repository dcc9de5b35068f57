import type { LeaseStore } from '@lease/core';
import { overriding } from '../sabotage/overriding.js';

/** As PostgreSQL does: whoever records what an endpoint answered as it came never gets it recorded (R15). */
export function refusingNul(store: LeaseStore): LeaseStore {
  return overriding(store, {
    settleCleanups: (outcomes) =>
      outcomes.some(({ detail }) => detail?.includes('\u0000'))
        ? Promise.reject(new Error('invalid byte sequence for encoding "UTF8": 0x00'))
        : store.settleCleanups(outcomes),
  });
}
