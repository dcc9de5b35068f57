import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemRuntime } from '../src/system-runtime.js';
import { until } from './support/until.js';

const DAY = 86_400_000;
const { clock, random, sleep } = systemRuntime;

describe('a timer', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('R12: of more than 2^31-1 ms does not fire at once, but when it is due', () => {
    const fired = vi.fn();
    clock.schedule(60 * DAY, fired);
    vi.advanceTimersByTime(60 * DAY - 1);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fired).toHaveBeenCalledOnce();
  });

  it('R12: can be cancelled at any time, also after 2^31-1 ms', () => {
    const fired = vi.fn();
    const cancel = clock.schedule(60 * DAY, fired);
    vi.advanceTimersByTime(40 * DAY);
    cancel();
    vi.advanceTimersByTime(40 * DAY);
    expect(fired).not.toHaveBeenCalled();
  });

  it('of no or negative delay fires soon, but not at once', () => {
    const fired = vi.fn();
    clock.schedule(-5, fired);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fired).toHaveBeenCalledOnce();
  });
});

it('a timer is never early', async () => {
  for (let i = 0; i < 20; i += 1) {
    const dueMs = clock.monotonicMs() + 3.3;
    let firedMs = 0;
    clock.schedule(3.3, () => (firedMs = clock.monotonicMs()));
    await until('fired', () => firedMs > 0);
    expect(firedMs).toBeGreaterThanOrEqual(dueMs);
  }
});

it('a timer does not keep the process alive; a sleep does', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;
  const before = timers();
  const cancel = clock.schedule(60_000, () => undefined);
  expect(timers()).toBe(before);
  const aborter = new AbortController();
  const slept = expect(sleep(60_000, aborter.signal)).rejects.toThrow('enough');
  expect(timers()).toBe(before + 1);
  aborter.abort(new Error('enough'));
  await slept;
  expect(timers()).toBe(before);
  cancel();
});

it('a sleep under a signal that has aborted does not begin', async () => {
  await expect(sleep(60_000, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  await expect(sleep(1, new AbortController().signal)).resolves.toBeUndefined();
});

it('reads clocks and draws chances', () => {
  expect(Math.abs(clock.wallMs() - Date.now())).toBeLessThan(1_000);
  const before = clock.monotonicMs();
  expect(clock.monotonicMs()).toBeGreaterThanOrEqual(before);
  const draws = Array.from({ length: 100 }, () => random.next());
  expect(draws.every((each) => each >= 0 && each < 1)).toBe(true);
  expect(new Set(draws).size).toBeGreaterThan(90);
  expect(random.uuid()).toMatch(/^[0-9a-f-]{36}$/);
});
