import { describe, expect, it } from 'vitest';
import { databaseRounds } from '../../cluster/database-rounds.js';
import { killRounds } from '../../cluster/kill-rounds.js';
import { rollingRestarts } from '../../cluster/rolling-restart.js';
import { zombieRounds } from '../../cluster/zombie-rounds.js';
import { startPostgres } from '../../helpers/postgres/index.js';

/** Claims that were lost run out after 33 s: the tests wait for that together, and share the machine. */
const PATIENCE = { timeout: 150_000 };

/** Of each load: there are several at once. */
const WORKERS = 8;

/** A takeover that is late by so much was not forgotten. How late it may be is measured by gates, on a quiet machine. */
const LATE_MS = 15_000;

describe.concurrent('three replicas over one database', () => {
  const database = startPostgres({ durable: true });

  it(
    'F1, S1, S2, S6, S9, S11: lose nothing when one is killed in the middle of callbacks',
    PATIENCE,
    async () => {
      const report = await killRounds({
        rounds: 3,
        seed: 1,
        workers: WORKERS,
        postgres: await database,
        lateMs: LATE_MS,
      });
      expect(report).toMatchObject({ violations: [], failedCalls: 0 });
      expect(report.duplicates).toBeLessThanOrEqual(report.unsettled);
    },
  );

  it('F7, S8: refuse what a replica says that slept through the end of its claim', PATIENCE, async () => {
    const report = await zombieRounds({ zombies: 2, seed: 2, postgres: await database, lateMs: LATE_MS });
    expect(report).toMatchObject({ violations: [], refused: 2, reported: 2 });
  });

  it('F15, L6, S9: are restarted one after another, and no holder notices', PATIENCE, async () => {
    const report = await rollingRestarts({ rounds: 2, seed: 3, workers: WORKERS, postgres: await database });
    console.log(`F15: ${report.restarts} restarts, drained in ${report.drainMs.join(', ')} ms`);
    expect(report).toMatchObject({ violations: [], restarts: 6, lost: 0 });
    expect(report.longestDrainMs).toBeLessThanOrEqual(25_000);
    expect(report.callbacks).toBeGreaterThan(100);
    // Who held, sent batches and asked for cleanups meanwhile did it often enough to notice.
    expect(report.patrons.renewals).toBeGreaterThan(report.patrons.holds);
    expect(report.patrons.batched).toBeGreaterThan(100);
    expect(report.patrons.questions).toBeGreaterThan(10);
  });

  it(
    'F3, F5, L5, S11, S12: survive 50 sessions that are terminated, and a stop of the server',
    PATIENCE,
    async () => {
      const report = await databaseRounds({ terminations: 50, stops: 1, seed: 4, workers: WORKERS });
      expect(report.violations).toEqual([]);
      expect(report.calls).toBeGreaterThan(200);
    },
  );
});
