import type { Lease } from '../../lease/lease.js';
import { check } from '../check.js';
import { done, type Trial } from './trial.js';

const BATCH = 500;
const TTL_MS = 90_000;

/** Takes so many leases, of 90 s. */
export async function createMany(trial: Trial, count: number, ttlMs = TTL_MS): Promise<Lease[]> {
  const leases: Lease[] = [];
  for (let made = 0; made < count; made += BATCH) {
    const commands = Array.from({ length: Math.min(BATCH, count - made) }, () =>
      trial.command({ ttlMs, serviceId: 'crowd' }),
    );
    leases.push(...(await trial.store.create(commands)).map(done));
  }
  return leases;
}

/** Renews every one of the leases once. */
export async function renewAll(trial: Trial, leases: readonly Lease[]): Promise<void> {
  for (let at = 0; at < leases.length; at += BATCH) {
    const results = await trial.store.renew(leases.slice(at, at + BATCH));
    check(
      results.every(({ outcome }) => outcome === 'done'),
      'every lease is renewed',
    );
  }
}

/**
 * Takes and renews so many leases, all of which are overdue 90 s later: their holders are cut off. The renewals are out
 * of the brake's window by then, and as nobody has swept yet, there is no gap.
 */
export async function cutOff(trial: Trial, count: number): Promise<Lease[]> {
  const leases = await createMany(trial, count);
  await renewAll(trial, leases);
  await trial.time.advance(TTL_MS);
  return leases;
}

/** Sweeps so often, in pages; returns how many leases ended. */
export async function sweepPages(
  trial: Trial,
  sweeps: number,
  sweep: { limit: number; brakeShare?: number },
) {
  let expired = 0;
  for (let swept = 0; swept < sweeps; swept++) expired += (await trial.sweep(sweep)).expired;
  return expired;
}

/** Cuts so many holders off and sweeps until the brake holds. */
export async function brake(trial: Trial, count: number) {
  const leases = await cutOff(trial, count);
  const expired = await sweepPages(trial, 25, { limit: 50 });
  check(expired > 1_000 && expired <= 1_050, `the brake lets 1,001 to 1,050 leases end, but ${expired} did`);
  return { leases, expired };
}

/** Time passes with one sweep a second, which is no gap. `each` is called after each of them. */
export async function elapseBySeconds(
  trial: Trial,
  ms: number,
  each: () => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  for (let passedMs = 0; passedMs < ms; passedMs += 1_000) {
    await trial.time.advance(1_000);
    await trial.sweep();
    await each();
  }
}

export async function activeLeases(trial: Trial): Promise<number> {
  return (await trial.store.stats()).leases.active;
}
