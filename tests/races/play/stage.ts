import type { CleanupClaim, CleanupSpec, CreateLease, ObjectRef, Random } from '@lease/core';
import { httpCleanup, objectRef, randomBelow, seededRandom } from '@lease/core/testing';

/** That of all sweeps. */
export const GRACE_MS = 30;
/** That of every service. */
export const QUOTA = 5;

const SERVICES = ['service-a', 'service-b', 'service-c', 'service-d', 'service-e'] as const;
const SPECS: readonly CleanupSpec[] = [
  httpCleanup({ url: 'http://a.example/', retry: { maxAttempts: 3 } }),
  httpCleanup({ url: 'http://b.example/', retry: { maxAttempts: 2 } }),
  httpCleanup({ url: 'http://c.example/', payload: 'p', retry: { maxAttempts: 1 } }),
];
/** So many of the latest are remembered, to be met again. */
const MEMORY = 64;

/** What all players of a race share: few objects, few services, and each other's leases and claims. */
export class Stage {
  readonly random: Random;
  readonly services = SERVICES;
  readonly specs = SPECS;
  readonly objects: readonly ObjectRef[];
  readonly creates: CreateLease[] = [];
  readonly claims: CleanupClaim[] = [];
  /** Ids of cleanups that may be abandoned. */
  readonly cleanups: string[] = [];

  constructor(seed: number) {
    this.random = seededRandom(seed);
    this.objects = Array.from({ length: 6 + randomBelow(this.random, 19) }, (_, index) =>
      objectRef(`o${index}`),
    );
  }
}

/** Remembers the item, and forgets one from long ago. */
export function remember<T>(items: T[], item: T): void {
  items.push(item);
  if (items.length > MEMORY) items.shift();
}
