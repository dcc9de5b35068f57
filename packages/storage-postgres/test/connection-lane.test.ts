import { ManualClock } from '@lease/core/testing';
import { describe, expect, it } from 'vitest';
import { ConnectionLane } from '../src/connection/connection-lane.js';
import type { Connection } from '../src/connection/connection.js';
import { Deadline } from '../src/connection/deadline.js';

/** A connection that can only be lost. */
class FakeConnection {
  lost = false;
  closed = false;
  #reject: ((error: Error) => void) | undefined;
  constructor(private readonly onLost: (connection: Connection) => void) {}

  /** A statement that nobody answers. */
  hang(): Promise<never> {
    return new Promise((_, reject) => (this.#reject = reject));
  }
  destroy(): void {
    this.lost = true;
    this.onLost(this as unknown as Connection);
    this.#reject?.(new Error('destroyed'));
  }
  close(): Promise<void> {
    this.closed = true;
    this.destroy();
    return Promise.resolve();
  }
}

function laneOf(size: number, ready: () => Promise<void> = () => Promise.resolve()) {
  const clock = new ManualClock();
  const opened: FakeConnection[] = [];
  const lane = new ConnectionLane(size, (onLost) => {
    const fake = new FakeConnection(onLost);
    opened.push(fake);
    return { connection: fake as unknown as Connection, ready: ready() };
  });
  const hang = (timeoutMs: number) =>
    lane.use(new Deadline(clock, timeoutMs), (connection) =>
      (connection as unknown as FakeConnection).hang(),
    );
  const quick = (timeoutMs = 1_000) =>
    lane.use(new Deadline(clock, timeoutMs), () => Promise.resolve('done'));
  return { clock, lane, opened, hang, quick };
}

describe('a lane of connections', () => {
  it('opens them when they are needed, and keeps them', async () => {
    const { opened, quick } = laneOf(3);
    await quick();
    await quick();
    expect(opened).toHaveLength(1);
    await Promise.all([quick(), quick(), quick(), quick(), quick()]);
    expect(opened).toHaveLength(3);
  });

  it('F4: gives a call up at its deadline, connection and all', async () => {
    const { clock, opened, hang, quick } = laneOf(1);
    const call = expect(hang(500)).rejects.toThrow('no answer came within 500 ms');
    await clock.advance(499);
    expect(opened[0]?.lost).toBe(false);
    await clock.advance(1);
    await call;
    expect(opened[0]?.lost).toBe(true);
    await expect(quick()).resolves.toBe('done');
    expect(opened).toHaveLength(2);
  });

  it('F6: when one does not answer, the idle ones are not trusted either', async () => {
    const { clock, opened, hang, quick } = laneOf(3);
    await Promise.all([quick(), quick(), quick()]);
    const call = expect(hang(500)).rejects.toThrow('no answer');
    await clock.advance(500);
    await call;
    expect(opened.map(({ lost }) => lost)).toEqual([true, true, true]);
  });

  it('serves those who wait in their order, and each only until its deadline', async () => {
    const { clock, hang, quick } = laneOf(1);
    const order: string[] = [];
    const first = expect(hang(1_000)).rejects.toThrow('no answer');
    const second = expect(quick(300).finally(() => order.push('second'))).rejects.toThrow(
      'no connection was free within 300 ms',
    );
    const third = quick(5_000).then(() => order.push('third'));
    const fourth = quick(5_000).then(() => order.push('fourth'));
    await clock.advance(1_000);
    await Promise.all([first, second, third, fourth]);
    expect(order).toEqual(['second', 'third', 'fourth']);
  });

  it('F19: refuses the 1,001st who waits at once', async () => {
    const { clock, hang, quick } = laneOf(1);
    const holder = expect(hang(1_000)).rejects.toThrow();
    const waiting = Array.from({ length: 1_000 }, () => quick(5_000));
    await expect(quick()).rejects.toThrow('1000 calls wait for a connection already');
    await clock.advance(1_000);
    await holder;
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['done']));
  });

  it('F5: forgets an idle connection that is lost, and one that cannot be opened', async () => {
    let reachable = true;
    const { opened, quick } = laneOf(1, () =>
      reachable ? Promise.resolve() : Promise.reject(new Error('refused')),
    );
    await quick();
    opened[0]?.destroy();
    reachable = false;
    await expect(quick()).rejects.toThrow('refused');
    await expect(quick()).rejects.toThrow('refused');
    reachable = true;
    await expect(quick()).resolves.toBe('done');
    expect(opened.map(({ lost }) => lost)).toEqual([true, true, true, false]);
  });

  it('ends the idle ones when it is closed', async () => {
    const { lane, opened, quick } = laneOf(2);
    await Promise.all([quick(), quick()]);
    await lane.close();
    expect(opened.map(({ closed }) => closed)).toEqual([true, true]);
  });
});
