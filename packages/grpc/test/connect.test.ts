import { type Client, connectivityState } from '@grpc/grpc-js';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { connect } from '../src/executor/connect.js';

/** A client whose channel is in the state that a test put it into. */
class Fake {
  state = connectivityState.IDLE;
  asked = 0;
  readonly #watchers: ((tooLate?: Error) => void)[] = [];

  readonly client = {
    getChannel: () => ({
      getConnectivityState: (connecting: boolean) => {
        if (connecting) this.asked += 1;
        return this.state;
      },
      watchConnectivityState: (_: unknown, deadline: number, callback: (tooLate?: Error) => void) => {
        this.#watchers.push(callback);
        setTimeout(() => callback(new Error('too late')), deadline - Date.now());
      },
    }),
  } as unknown as Client;

  become(state: connectivityState): void {
    this.state = state;
    for (const watcher of this.#watchers.splice(0)) watcher();
  }
}

const { READY, CONNECTING, TRANSIENT_FAILURE, SHUTDOWN } = connectivityState;

/** Two clients, in time that the test moves. */
function setUp() {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const [first, second] = [new Fake(), new Fake()];
  const failed: Client[] = [];
  const stop = new AbortController();
  const start = () =>
    connect([first.client, second.client], Date.now() + 5_000, stop.signal, (client) => failed.push(client));
  return { first, second, failed, stop, start };
}

const turns = () => vi.advanceTimersByTimeAsync(0);

describe('connect', () => {
  it('takes a client that is connected, and leaves the others alone', async () => {
    const { first, second, start } = setUp();
    second.state = READY;
    expect(await start()).toBe(second.client);
    expect(first.asked).toBe(0);
  });

  it('gives the first a head start of 250 ms', async () => {
    const { first, second, failed, start } = setUp();
    const connected = start();
    first.become(CONNECTING);
    await vi.advanceTimersByTimeAsync(249);
    expect(second.asked).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(second.asked).toBe(1);
    second.become(READY);
    expect(await connected).toBe(second.client);
    expect(failed).toEqual([]);
  });

  it('does not need the second if the first connects in time', async () => {
    const { first, second, start } = setUp();
    const connected = start();
    first.become(READY);
    expect(await connected).toBe(first.client);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(second.asked).toBe(0);
  });

  it('goes on at once when the first fails, and tells of each failure as it happens', async () => {
    const { first, second, failed, start } = setUp();
    const connected = start();
    first.become(TRANSIENT_FAILURE);
    await turns();
    expect(failed).toEqual([first.client]);
    expect(second.asked).toBe(1);
    second.become(TRANSIENT_FAILURE);
    expect(await connected).toBeUndefined();
    expect(failed).toEqual([first.client, second.client]);
  });

  it('waits for the first if the second fails before it', async () => {
    const { first, second, failed, start } = setUp();
    const connected = start();
    await vi.advanceTimersByTimeAsync(250);
    second.become(TRANSIENT_FAILURE);
    await turns();
    expect(failed).toEqual([second.client]);
    first.become(READY);
    expect(await connected).toBe(first.client);
  });

  it.each([
    ['closed', SHUTDOWN],
    ['refused', TRANSIENT_FAILURE],
  ])('S9: leaves alone whoever lost, and tells of no failure, when its channel is %s', async (_, state) => {
    const { first, second, failed, start } = setUp();
    const connected = start();
    await vi.advanceTimersByTimeAsync(250);
    second.become(READY);
    expect(await connected).toBe(second.client);
    first.become(state);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(first.asked).toBe(1);
    expect(failed).toEqual([]);
  });

  it('asks no channel that is closed to connect', async () => {
    const { first, second, failed, start } = setUp();
    first.state = SHUTDOWN;
    second.state = TRANSIENT_FAILURE;
    expect(await start()).toBeUndefined();
    expect(first.asked).toBe(0);
    expect(failed).toEqual([first.client, second.client]);
  });

  it('ends when it is too late', async () => {
    const { failed, start } = setUp();
    const connected = start();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await connected).toBeUndefined();
    expect(failed).toHaveLength(2);
  });

  it('ends when it is aborted', async () => {
    const { second, failed, stop, start } = setUp();
    const connected = start();
    stop.abort();
    expect(await connected).toBeUndefined();
    expect(failed).toHaveLength(2);
    expect(second.asked).toBe(0);
  });
});
