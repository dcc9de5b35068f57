import { ManualClock } from '@lease/core/testing';
import { expect, it } from 'vitest';
import { PhaseError, type PhaseReport, StartUp } from '../src/start-up/start-up.js';

it('times each phase and tells of it as it ends', async () => {
  const clock = new ManualClock();
  const told: PhaseReport[] = [];
  const startUp = new StartUp(clock, (report) => told.push(report));
  startUp.passed('configuration', 12);
  expect(await startUp.run('dependencies', () => Promise.resolve('found'))).toBe('found');
  const migrating = startUp.run('migrations', () => new Promise<void>((done) => clock.schedule(300, done)));
  await clock.advance(300);
  await migrating;
  expect(told).toEqual([
    { phase: 'configuration', outcome: 'done', durationMs: 12 },
    { phase: 'dependencies', outcome: 'done', durationMs: 0 },
    { phase: 'migrations', outcome: 'done', durationMs: 300 },
  ]);
  expect(startUp.reports).toEqual(told);
});

it('says in which phase it failed, and why', async () => {
  const told: PhaseReport[] = [];
  const startUp = new StartUp(new ManualClock(), (report) => told.push(report));
  const cause = new Error('no such database');
  const failed = startUp.run('dependencies', () => Promise.reject(cause));
  await expect(failed).rejects.toMatchObject({
    name: 'PhaseError',
    phase: 'dependencies',
    message: 'no such database',
    cause,
  });
  await expect(failed).rejects.toBeInstanceOf(PhaseError);
  expect(told).toMatchObject([{ phase: 'dependencies', outcome: 'failed' }]);
});

it('keeps the order', async () => {
  const startUp = new StartUp(new ManualClock(), () => undefined);
  await startUp.run('listeners', () => Promise.resolve());
  const back = startUp.run('recovery', () => Promise.resolve());
  await expect(back).rejects.toThrow('phase recovery does not come after listeners');
});
