import { check, checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import type { Trial } from './trial.js';

const HOUR_MS = 3_600_000;

/** Fails unless every number is larger than the one before it. */
function checkGrows(numbers: readonly number[], what: string): void {
  numbers.forEach((number, index) => {
    check(Number.isSafeInteger(number), `${what} ${number} is a safe integer`);
    const before = numbers[index - 1] ?? 0;
    check(number > before, `${what} grows, but ${number} came after ${before}`);
  });
}

/** One life of an object: its generation and the fence of its only attempt. */
async function live(trial: Trial, object = trial.object()) {
  const { generation } = await trial.fallDue({ object });
  const claim = await trial.claimOne();
  await trial.settled(claim, 'done');
  return [generation, claim.fence];
}

export const fenceLaws: readonly StoreLaw[] = [
  law('S8', 'fences and generations grow across objects, also within a millisecond', async (trial) => {
    const drawn = [];
    for (let objects = 0; objects < 20; objects++) drawn.push(...(await live(trial)));
    checkGrows(drawn, 'what is drawn');
  }),

  law('S8', 'fences and generations grow across the lives of one object', async (trial) => {
    const object = trial.object();
    const drawn = [];
    for (let lives = 0; lives < 10; lives++) drawn.push(...(await live(trial, object)));
    checkGrows(drawn, 'what is drawn');
  }),

  law('S8', 'fences grow from attempt to attempt, given back, retried or lost', async (trial) => {
    await trial.fallDue();
    const fences = [];
    for (const outcome of ['unstarted', { kind: 'retry' }, 'lose', 'unstarted', 'lose', 'done'] as const) {
      const claim = await trial.claimOne({ claimMs: 1_000 });
      fences.push(claim.fence);
      if (outcome === 'lose') await trial.time.advance(1_000);
      else await trial.settled(claim, outcome);
    }
    checkGrows(fences, 'the fence');
  }),

  law('S8', 'the fences of one batch of claims are all different', async (trial) => {
    for (let objects = 0; objects < 50; objects++) await trial.fallDue();
    const fences = (await trial.claim()).map(({ fence }) => fence);
    checkGrows(
      fences.sort((a, b) => a - b),
      'the fence',
    );
    checkEqual(fences.length, 50, 'claims');
  }),

  law('S8', "fences and generations are no smaller than the store's clock in microseconds", async (trial) => {
    await live(trial);
    await trial.time.advance(HOUR_MS);
    const now = await trial.now();
    for (const drawn of await live(trial)) check(drawn >= now * 1_000, `${drawn} is drawn at ${now} ms`);
  }),

  law('S8', 'fences and generations go on growing after everything was pruned', async (trial) => {
    const object = trial.object();
    const drawn = [];
    for (let lives = 0; lives < 5; lives++) drawn.push(...(await live(trial, object)));
    await trial.time.advance(2 * HOUR_MS);
    const prune = { endedLeasesOlderThanMs: HOUR_MS, finishedCleanupsOlderThanMs: HOUR_MS, limit: 1_000 };
    checkEqual((await trial.store.prune(prune)).leases, 5, 'pruned leases');
    drawn.push(...(await live(trial, object)));
    checkGrows(drawn, 'what is drawn');
  }),

  law('S8', 'a wall clock that steps back does not make them smaller', async (trial) => {
    const before = await live(trial);
    await trial.time.stepWall(-24 * HOUR_MS);
    checkGrows([...before, ...(await live(trial))], 'what is drawn');
  }),
];
