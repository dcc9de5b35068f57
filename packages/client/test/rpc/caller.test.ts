import { setMaxListeners } from 'node:events';
import { LeaseServiceDefinition as rpcs } from '@lease/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { LeaseError } from '../../src/lease-error.js';
import { Caller } from '../../src/rpc/caller.js';
import type { LeaseChannel, Limits } from '../../src/rpc/lease-channel.js';
import { settled, VirtualTime } from '../support/virtual-time.js';

type Fate = 'answer' | 'unavailable' | 'hang' | LeaseError;

/** A replica that does as it is told, in virtual time. */
class Replica implements Pick<LeaseChannel, 'attempt' | 'close'> {
  readonly attempts: { readonly atMs: number; readonly timeoutMs: number }[] = [];
  fate: Fate = 'answer';
  closed = false;

  constructor(private readonly time: VirtualTime) {}

  attempt<A>(_rpc: unknown, request: unknown, { timeoutMs, signal }: Limits): Promise<A> {
    this.attempts.push({ atMs: this.time.clock.monotonicMs(), timeoutMs });
    const { fate } = this;
    if (fate === 'answer') return Promise.resolve(request as A);
    if (fate === 'unavailable') return Promise.reject(new LeaseError({ code: 'UNAVAILABLE', message: 'x' }));
    if (fate instanceof LeaseError) return Promise.reject(fate);
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
      this.time.clock.schedule(timeoutMs, () =>
        reject(new LeaseError({ code: 'DEADLINE_EXCEEDED', message: 'y' })),
      );
    });
  }

  close(): void {
    this.closed = true;
  }
}

let time: VirtualTime;
let replicas: Replica[];
let caller: Caller;
let aborter: AbortController;

const callFor = (timeoutMs: number) =>
  caller.call(rpcs.getLease, { leaseId: 'x' }, { timeoutMs, signal: aborter.signal });
const passFor = (timeoutMs: number) =>
  caller.pass(rpcs.getLease, { leaseId: 'x' }, { timeoutMs, signal: aborter.signal });
const counts = () => replicas.map(({ attempts }) => attempts.length);
const use = (count: number, seed = 1) => {
  time = new VirtualTime(seed);
  replicas = Array.from({ length: count }, () => new Replica(time));
  // The first to be called, whatever chance says.
  const { clock, sleep, random } = time;
  caller = new Caller(replicas, { clock, sleep, random: { ...random, next: () => 0 } });
};

beforeEach(() => {
  aborter = new AbortController();
  setMaxListeners(0, aborter.signal);
  use(3);
});

describe('failover', () => {
  it('stays with the replica that answered last', async () => {
    await callFor(1_000);
    const [first, second] = replicas;
    if (first) first.fate = 'unavailable';
    await callFor(1_000);
    expect(counts(), 'moves on at once').toEqual([2, 1, 0]);
    if (first) first.fate = 'answer';
    await callFor(1_000);
    expect(counts()).toEqual([2, 2, 0]);
    if (second) second.fate = 'unavailable';
    await callFor(1_000);
    await callFor(1_000);
    expect(counts()).toEqual([2, 3, 2]);
  });

  it('gives each replica that hangs its share of what is left', async () => {
    for (const each of replicas.slice(0, 2)) each.fate = 'hang';
    const called = callFor(9_000);
    await time.advance(9_000);
    await called;
    expect(replicas.map(({ attempts: [first] }) => first?.timeoutMs)).toEqual([3_000, 3_000, 3_000]);
    await callFor(9_000);
    expect(counts(), 'and is not fooled twice').toEqual([1, 1, 2]);
  });

  it('tells when the request that was answered was sent', async () => {
    const [first] = replicas;
    if (first) first.fate = 'hang';
    const startMs = time.clock.monotonicMs();
    const called = callFor(9_000);
    await time.advance(3_000);
    expect((await called).sentAtMs - startMs).toBe(3_000);
  });

  it('moves on once for all calls that met the same failure', async () => {
    const [first] = replicas;
    if (first) first.fate = 'unavailable';
    await Promise.all(Array.from({ length: 20 }, () => callFor(1_000)));
    expect(counts()).toEqual([20, 20, 0]);
    await callFor(1_000);
    expect(counts()).toEqual([20, 21, 0]);
  });

  it('begins anywhere, so that many clients spread over the replicas', async () => {
    const started = new Set<number>();
    for (let seed = 1; seed <= 30; seed += 1) {
      use(3);
      caller = new Caller(replicas, new VirtualTime(seed * 7_919_777));
      await callFor(1_000);
      started.add(counts().indexOf(1));
    }
    expect(started).toEqual(new Set([0, 1, 2]));
  });

  it('closes every channel', () => {
    caller.close();
    expect(replicas.map(({ closed }) => closed)).toEqual([true, true, true]);
  });
});

describe('retries', () => {
  const down = () => {
    // With pauses, which are drawn.
    caller = new Caller(replicas, time);
    for (const each of replicas) each.fate = 'unavailable';
  };

  it('go on while nobody answers, until somebody does', async () => {
    down();
    const called = callFor(60_000);
    await time.advance(30_000);
    const [first] = replicas;
    if (first) first.fate = 'answer';
    await time.advance(5_000);
    await expect(called).resolves.toMatchObject({ answer: { leaseId: 'x' } });
  });

  it('end with the deadline, and say what the last failure was', async () => {
    use(1);
    down();
    const startMs = time.clock.monotonicMs();
    let endedMs = 0;
    const called = callFor(10_000).finally(() => (endedMs = time.clock.monotonicMs()));
    const failed = expect(called).rejects.toMatchObject({ code: 'UNAVAILABLE', message: 'x' });
    await time.advance(10_000);
    await failed;
    expect(endedMs - startMs).toBeLessThanOrEqual(10_000);
    expect(counts()[0], 'no storm').toBeLessThan(40);
    expect(counts()[0]).toBeGreaterThan(8);
    for (const { atMs, timeoutMs } of replicas[0]?.attempts ?? []) {
      expect(atMs - startMs + timeoutMs).toBeCloseTo(10_000);
    }
  });

  it('that are cut short by the deadline do not hide why the ones before failed', async () => {
    use(1);
    down();
    const called = expect(callFor(300)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await settled();
    for (const each of replicas) each.fate = 'hang';
    await time.advance(300);
    await called;
    expect(counts()[0]).toBeGreaterThan(1);
  });

  it('give an attempt that hangs no more than there is', async () => {
    for (const each of replicas) each.fate = 'hang';
    const called = expect(callFor(9_000)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await time.advance(9_000);
    await called;
    expect(counts()).toEqual([1, 1, 1]);
  });

  it('wait as long as the server asks, unless that is too long', async () => {
    use(1);
    const [only] = replicas;
    const busy = (retryAfterMs: number) =>
      new LeaseError({ code: 'UNAVAILABLE', reason: 'STORE_UNAVAILABLE', message: 'x', retryAfterMs });
    if (only) only.fate = busy(2_000);
    const called = callFor(10_000);
    await time.advance(1_999);
    expect(counts()).toEqual([1]);
    if (only) only.fate = 'answer';
    await time.advance(1);
    await called;

    if (only) only.fate = busy(20_000);
    await expect(callFor(10_000)).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
  });

  describe('of a refusal that passes by itself', () => {
    const collected = new LeaseError({
      code: 'ABORTED',
      reason: 'OBJECT_BEING_COLLECTED',
      message: 'being collected',
      retryAfterMs: 700,
    });

    it('are made at the pace of the server, where it was met, until it has passed', async () => {
      const [first] = replicas;
      if (first) first.fate = collected;
      const startMs = time.clock.monotonicMs();
      const called = callFor(10_000);
      await time.advance(699);
      expect(counts()).toEqual([1, 0, 0]);
      await time.advance(2_101);
      expect(counts()).toEqual([5, 0, 0]);
      if (first) first.fate = 'answer';
      await time.advance(700);
      await expect(called).resolves.toMatchObject({ sentAtMs: startMs + 3_500 });
    });

    it('end with the deadline, in that refusal', async () => {
      const [first] = replicas;
      if (first) first.fate = collected;
      const called = expect(callFor(2_000)).rejects.toBe(collected);
      await time.advance(2_000);
      await called;
      expect(counts(), 'at 0, 700 and 1,400 ms').toEqual([3, 0, 0]);
    });

    it('do not let it stand for a last attempt that nobody answered: that one may have been carried out', async () => {
      use(1);
      const [only] = replicas;
      if (only) only.fate = collected;
      const called = expect(callFor(2_000)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
      await time.advance(699);
      if (only) only.fate = 'hang';
      await time.advance(1_301);
      await called;
      expect(counts()).toEqual([2]);
    });
  });

  it.each(['INTERNAL', 'ABORTED', 'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'UNKNOWN'] as const)(
    'are not made after %s',
    async (code) => {
      for (const each of replicas) each.fate = new LeaseError({ code, message: 'x' });
      await expect(callFor(10_000)).rejects.toMatchObject({ code });
      expect(counts()).toEqual([1, 0, 0]);
    },
  );

  it('end when the caller gives up, in an attempt or between two', async () => {
    down();
    const between = expect(callFor(60_000)).rejects.toThrow('enough');
    await time.advance(0);
    aborter.abort(new Error('enough'));
    await between;

    aborter = new AbortController();
    for (const each of replicas) each.fate = 'hang';
    const within = expect(callFor(60_000)).rejects.toThrow('enough');
    await settled();
    aborter.abort(new Error('enough'));
    await within;
  });
});

describe('a single pass', () => {
  it('tries each address once', async () => {
    for (const each of replicas) each.fate = 'unavailable';
    await expect(passFor(10_000)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(counts()).toEqual([1, 1, 1]);
  });
});
