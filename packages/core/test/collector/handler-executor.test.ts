import { beforeEach, describe, expect, test } from 'vitest';
import { handlerExecutor } from '../../src/index.js';
import { claimOf } from './scripted-store.js';
import { deferred } from './deferred.js';

const claim = claimOf(1, { target: { kind: 'handler' }, objectType: 'temporary-file' });
let controller: AbortController;

beforeEach(() => {
  controller = new AbortController();
});

describe('handlerExecutor', () => {
  test('calls the handler of the object’s type with the claim', async () => {
    const seen: unknown[] = [];
    const executor = handlerExecutor({
      'temporary-file': (given, signal) => {
        seen.push(given, signal.aborted);
        return Promise.resolve();
      },
      blob: () => Promise.reject(new Error('not this one')),
    });
    expect(await executor.execute(claim, controller.signal)).toEqual({ kind: 'done' });
    expect(seen).toEqual([claim, false]);
  });

  test.each<[string, () => Promise<void>, string]>([
    ['rejects', () => Promise.reject(new Error('disk is full')), 'disk is full'],
    [
      'throws at once',
      () => {
        throw new Error('disk is full');
      },
      'disk is full',
    ],
    [
      'rejects with no error',
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- other people's code may
      () => Promise.reject('disk is full'),
      'disk is full',
    ],
  ])('a handler that %s is retried, and has answered', async (_, handler, detail) => {
    const result = await handlerExecutor({ 'temporary-file': handler }).execute(claim, controller.signal);
    expect(result).toEqual({ kind: 'retry', contact: 'answered', detail });
  });

  test('a handler that is still at it when the signal aborts has not answered', async () => {
    const gate = deferred<undefined>();
    let told: unknown;
    const executor = handlerExecutor({
      'temporary-file': async (_, signal) => {
        signal.addEventListener('abort', () => {
          told = signal.reason;
        });
        await gate.promise;
      },
    });
    const attempt = executor.execute(claim, controller.signal);
    controller.abort(new Error('no answer within 10000 ms'));
    expect(await attempt).toEqual({
      kind: 'retry',
      contact: 'unanswered',
      detail: 'no answer within 10000 ms',
    });
    expect(told).toEqual(new Error('no answer within 10000 ms'));
    gate.reject(new Error('too late to matter'));
  });

  test('an abort of a signal after the end changes nothing', async () => {
    const attempt = handlerExecutor({ 'temporary-file': async () => {} }).execute(claim, controller.signal);
    expect(await attempt).toEqual({ kind: 'done' });
    controller.abort();
  });

  test.each(['blob', 'constructor', '__proto__', 'toString'])(
    'a type without a handler (%s) is left to others',
    async (objectType) => {
      const executor = handlerExecutor({ 'temporary-file': async () => {} });
      const other = claimOf(2, { target: { kind: 'handler' }, objectType });
      expect(await executor.execute(other, controller.signal)).toEqual({
        kind: 'unstarted',
        detail: `this process has no handler for objects of type ${objectType}`,
      });
    },
  );

  test('close() has nothing to free', async () => {
    await expect(handlerExecutor({}).close()).resolves.toBeUndefined();
  });
});
