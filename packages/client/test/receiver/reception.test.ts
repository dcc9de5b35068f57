import { describe, expect, it, vi } from 'vitest';
import type { CleanupHandler, ReceiverStore } from '../../src/receiver/index.js';
import { Reception } from '../../src/receiver/reception.js';
import { cleanup, gate } from '../support/cleanups.js';

const quietly = { onError: () => undefined };
const handled = () => vi.fn<CleanupHandler>(() => Promise.resolve(undefined));
const later = (each: ReturnType<typeof cleanup>, by = 1) =>
  cleanup({ ...each, fence: each.fence + by, attempt: each.attempt + by });

describe('a cleanup', () => {
  it('is handed to the handler of its type, and answered by what that says', async () => {
    const files = handled();
    const reception = new Reception({
      handlers: { 'temporary-file': files, blob: () => Promise.resolve({ kind: 'gone' }) },
    });
    const first = cleanup();
    await expect(reception.receive(first)).resolves.toEqual({ kind: 'done' });
    expect(files.mock.calls).toEqual([[first, expect.any(AbortSignal)]]);
    const other = cleanup({ object: { type: 'blob', id: 'b/k' } });
    await expect(reception.receive(other)).resolves.toEqual({ kind: 'gone' });
  });

  it.each(['cache-entry', 'constructor', 'tostring'])(
    'of a type without handler (%s) has to wait',
    async (type) => {
      const reception = new Reception({ handlers: { 'temporary-file': handled() } });
      await expect(reception.receive(cleanup({ object: { type, id: 'x' } }))).resolves.toEqual({
        kind: 'unhandled',
      });
    },
  );

  it('S7: that succeeded is not run again, whatever its later attempts are called', async () => {
    const onCleanup = handled();
    const reception = new Reception({ onCleanup });
    const first = cleanup();
    for (const each of [first, later(first), later(first, 2)]) {
      await expect(reception.receive(each)).resolves.toEqual({ kind: 'done' });
    }
    expect(onCleanup).toHaveBeenCalledOnce();
  });

  it.each([
    { kind: 'retry', detail: 'busy', afterMs: 5_000 } as const,
    { kind: 'retry', detail: '' } as const,
    { kind: 'fail', detail: 'no such bucket' } as const,
  ])('that did not succeed ($kind) is run again', async (result) => {
    const onCleanup = vi.fn<CleanupHandler>(() => Promise.resolve(result));
    const reception = new Reception({ onCleanup });
    const first = cleanup();
    await expect(reception.receive(first)).resolves.toEqual(result);
    await expect(reception.receive(later(first))).resolves.toEqual(result);
    expect(onCleanup).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('disk on fire'))],
    ['returns what is no result', () => Promise.resolve('ok' as unknown as undefined)],
    ['returns an unknown result', () => Promise.resolve({ kind: 'maybe' } as unknown as undefined)],
    ['asks for an impossible pause', () => Promise.resolve({ kind: 'retry', afterMs: Number.NaN } as const)],
  ])('whose handler %s is answered as an error, which is told here only', async (_what, onCleanup) => {
    const onError = vi.fn();
    const reception = new Reception({ onCleanup, onError });
    const each = cleanup();
    await expect(reception.receive(each)).resolves.toEqual({ kind: 'error' });
    expect(onError.mock.calls).toEqual([[expect.any(Error), each]]);
  });

  it('whose handler throws is written to stderr by default', async () => {
    const stderr = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const error = new Error('disk on fire');
    await new Reception({ onCleanup: () => Promise.reject(error) }).receive(cleanup());
    expect(stderr.mock.calls).toEqual([[expect.stringContaining('"/tmp/x" failed'), error]]);
    stderr.mockRestore();
  });

  it('what keeps the receiver from receiving anything is told without one', () => {
    const onError = vi.fn();
    const error = new Error('mounted wrong');
    new Reception({ onCleanup: handled(), onError }).report(error);
    expect(onError.mock.calls).toEqual([[error, undefined]]);
    const stderr = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    new Reception({ onCleanup: handled() }).report(error);
    expect(stderr.mock.calls).toEqual([['no cleanup can be received:', error]]);
    stderr.mockRestore();
  });

  it('may say much, but not more than fits into a header', async () => {
    const detail = 'x'.repeat(5_000);
    const reception = new Reception({ onCleanup: () => Promise.resolve({ kind: 'fail', detail }) });
    await expect(reception.receive(cleanup())).resolves.toEqual({ kind: 'fail', detail: 'x'.repeat(1_024) });
  });
});

describe('while a cleanup runs', () => {
  it('S9: further attempts are told so, less and less often, and find it done in the end', async () => {
    const { passed, open } = gate();
    const onCleanup = vi.fn<CleanupHandler>(() => passed);
    const reception = new Reception({ onCleanup });
    const first = cleanup();
    const running = reception.receive(first);
    await expect(reception.receive(later(first, 1))).resolves.toEqual({ kind: 'running', afterMs: 4_000 });
    await expect(reception.receive(later(first, 3))).resolves.toEqual({ kind: 'running', afterMs: 16_000 });
    await expect(reception.receive(later(first, 13))).resolves.toEqual({ kind: 'running', afterMs: 60_000 });
    open();
    await expect(running).resolves.toEqual({ kind: 'done' });
    await expect(reception.receive(later(first, 14))).resolves.toEqual({ kind: 'done' });
    expect(onCleanup).toHaveBeenCalledOnce();
  });

  it('S9: the same attempt, delivered twice at once, runs once', async () => {
    const onCleanup = handled();
    const reception = new Reception({ onCleanup });
    const first = cleanup();
    const outcomes = await Promise.all([reception.receive(first), reception.receive(first)]);
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['done', 'running']);
    expect(onCleanup).toHaveBeenCalledOnce();
  });

  it('another object does not wait for it', async () => {
    const { passed, open } = gate();
    const reception = new Reception({
      onCleanup: ({ object }) => (object.id === 'slow' ? passed : Promise.resolve()),
    });
    const slow = reception.receive(cleanup({ object: { type: 'blob', id: 'slow' } }));
    await expect(reception.receive(cleanup({ object: { type: 'blob', id: 'fast' } }))).resolves.toEqual({
      kind: 'done',
    });
    open();
    await slow;
  });

  it('S8: a later life of the object tells it to stop, and waits', async () => {
    const { passed, open } = gate();
    const signals: AbortSignal[] = [];
    const reception = new Reception({
      onCleanup: (_cleanup, signal) => {
        signals.push(signal);
        return signals.length === 1 ? passed : Promise.resolve();
      },
    });
    const zombie = cleanup();
    const running = reception.receive(zombie);
    await vi.waitFor(() => expect(signals).toHaveLength(1));
    expect((await reception.receive(later(zombie))).kind).toBe('running');
    expect(signals[0]?.aborted, 'by its own later attempt').toBe(false);

    const next = cleanup({ generation: zombie.generation + 9, fence: zombie.fence + 9 });
    expect((await reception.receive(next)).kind).toBe('running');
    expect(signals[0]?.aborted).toBe(true);
    open();
    await running;
    await expect(reception.receive(next)).resolves.toEqual({ kind: 'done' });
    expect(signals).toHaveLength(2);
  });
});

describe('a fence', () => {
  it('S8: that is older than one seen for the object is refused', async () => {
    const onCleanup = handled();
    const reception = new Reception({ onCleanup });
    const first = cleanup();
    await reception.receive(later(first));
    await expect(reception.receive(first)).resolves.toEqual({ kind: 'stale' });
    const before = cleanup({ fence: first.fence - 1 });
    await expect(reception.receive(before), 'of another cleanup').resolves.toEqual({ kind: 'stale' });
    expect(onCleanup).toHaveBeenCalledOnce();
  });

  it('of another object does not matter', async () => {
    const reception = new Reception({ onCleanup: handled() });
    const first = cleanup();
    await reception.receive(first);
    for (const object of [
      { type: 'temporary-file', id: '/tmp/y' },
      { type: 'blob', id: '/tmp/x' },
    ]) {
      await expect(reception.receive(cleanup({ object, fence: 1 }))).resolves.toEqual({ kind: 'done' });
    }
  });
});

describe('memory', () => {
  it('holds as much as it may, and forgets the oldest', async () => {
    const onCleanup = handled();
    const reception = new Reception({ onCleanup, maxRemembered: 3 });
    const all = [1, 2, 3, 4].map((i) => cleanup({ object: { type: 'blob', id: `${i}` } }));
    for (const each of all) await reception.receive(each);
    expect(onCleanup).toHaveBeenCalledTimes(4);
    for (const each of all.slice(1)) await reception.receive(later(each));
    expect(onCleanup, 'remembered').toHaveBeenCalledTimes(4);
    const [forgotten] = all;
    if (forgotten === undefined) throw new Error('there is one');
    await expect(reception.receive({ ...forgotten, fence: 1 }), 'fence, too').resolves.toEqual({
      kind: 'done',
    });
    expect(onCleanup).toHaveBeenCalledTimes(5);
  });

  it('S9: can be shared: what one instance collected, another does not collect again', async () => {
    const rows = new Set<string>();
    const store: ReceiverStore = {
      has: (cleanupId) => Promise.resolve(rows.has(cleanupId)),
      add: ({ cleanupId }) => Promise.resolve(void rows.add(cleanupId)),
    };
    const [a, b] = [handled(), handled()];
    const first = cleanup();
    await new Reception({ onCleanup: a, store }).receive(first);
    await expect(new Reception({ onCleanup: b, store }).receive(later(first))).resolves.toEqual({
      kind: 'done',
    });
    expect(a).toHaveBeenCalledOnce();
    expect(b).not.toHaveBeenCalled();
  });

  it('that cannot be read is a failure; that cannot be written is none', async () => {
    const onError = vi.fn();
    const fails = () => Promise.reject(new Error('no database'));
    const works = { has: () => Promise.resolve(false), add: () => Promise.resolve() };
    const onCleanup = handled();
    const unreadable = new Reception({ onCleanup, onError, store: { ...works, has: fails } });
    await expect(unreadable.receive(cleanup())).resolves.toEqual({ kind: 'error' });
    expect(onCleanup).not.toHaveBeenCalled();

    const unwritable = new Reception({ onCleanup, onError, store: { ...works, add: fails } });
    await expect(unwritable.receive(cleanup())).resolves.toEqual({ kind: 'done' });
    expect(onError).toHaveBeenCalledTimes(2);
  });
});

it('L6: closing refuses what comes, tells the handlers, and waits for them', async () => {
  const { passed, open } = gate();
  let told: AbortSignal | undefined;
  const reception = new Reception({
    ...quietly,
    onCleanup: (_cleanup, signal) => {
      told = signal;
      return passed;
    },
  });
  const running = reception.receive(cleanup());
  await vi.waitFor(() => expect(told).toBeDefined());
  let closed = false;
  const closing = reception.close().then(() => (closed = true));
  expect(told?.aborted).toBe(true);
  await expect(reception.receive(cleanup())).resolves.toEqual({ kind: 'closing' });
  expect(closed).toBe(false);
  open();
  await closing;
  await expect(running).resolves.toEqual({ kind: 'done' });
});

it.each([
  [{}, 'either handlers or onCleanup'],
  [{ handlers: {}, onCleanup: handled() }, 'either handlers or onCleanup'],
  [{ onCleanup: handled(), maxRemembered: 0 }, 'maxRemembered'],
  [{ onCleanup: handled(), maxRemembered: 1.5 }, 'maxRemembered'],
])('options that contradict each other throw: %o', (options, message) => {
  expect(() => new Reception(options)).toThrow(TypeError);
  expect(() => new Reception(options)).toThrow(message);
});
