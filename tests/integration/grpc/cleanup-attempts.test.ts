import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  aLease,
  anObject,
  duration,
  eventually,
  expectAttempts,
  grpcCleanup,
  httpCleanup,
  quickRetry,
  throughout,
  unusedPort,
  type RawStats,
  type RecordedCall,
  type WireObject,
} from '../../helpers/index.js';
import { onEachStorage, type Stage } from './on-each-storage.js';

type Spec = (mock: Stage['mock'], fields?: Readonly<Record<string, unknown>>) => object;
type Class = 'collected' | 'abandoned';

/** Time enough for an endpoint on a busy machine, and soon over for one that hangs. */
const IMPATIENT = { ...quickRetry, attempt_timeout: duration(1_000) };

const RETRIED: readonly [protocol: string, spec: Spec, answers: readonly string[]][] = [
  [
    'HTTP',
    httpCleanup,
    ['408', '409', '425', '429', '500', '502', '503', '504', '599', '404', 'reset', 'drip', 'hang'],
  ],
  [
    'gRPC',
    grpcCleanup,
    [
      ...['CANCELLED', 'UNKNOWN', 'DEADLINE_EXCEEDED', 'ALREADY_EXISTS', 'RESOURCE_EXHAUSTED'],
      ...['FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'hang'],
    ],
  ],
];
const DONE: typeof RETRIED = [
  ['HTTP', httpCleanup, ['200', '201', '202', '204', '299', '410', 'lease-gone']],
  ['gRPC', grpcCleanup, ['OK', 'NOT_FOUND']],
];
const TERMINAL: typeof RETRIED = [
  ['HTTP', httpCleanup, ['300', '304', '400', '401', '402', '403', '405', '412', '422', '451', '499']],
  ['gRPC', grpcCleanup, ['INVALID_ARGUMENT', 'UNAUTHENTICATED', 'PERMISSION_DENIED', 'UNIMPLEMENTED']],
];

/** Makes an object's cleanup due. */
async function due(stage: Stage, cleanup: object, object = anObject()): Promise<WireObject> {
  const lease = aLease({ object, cleanup });
  await stage.client.call('CreateLease', lease);
  await stage.client.call('ReleaseLease', lease);
  return object;
}

/** Makes an object due for each script, which is about that object alone. */
async function dueEach(stage: Stage, scripts: readonly string[], cleanup: object): Promise<WireObject[]> {
  const objects = scripts.map(() => anObject('scripted'));
  await stage.mock.script(
    scripts.map((script, i) => `object scripted/${objects[i]?.id ?? ''}: ${script}`).join('\n'),
  );
  return Promise.all(objects.map((object) => due(stage, cleanup, object)));
}

/** Expects that what `act` makes due ends in that class, all of it. */
async function expectEnd<T>(stage: Stage, count: number, how: Class, act: () => Promise<T>): Promise<T> {
  const cleanups = async (): Promise<RawStats['stats']['cleanups']> =>
    (await stage.client.call('GetStats', {})).stats.cleanups;
  const before = await cleanups();
  const result = await act();
  const other = how === 'collected' ? 'abandoned' : 'collected';
  await eventually(async () => {
    expect(await cleanups()).toMatchObject({
      ...{ [how]: before[how] + count, [other]: before[other] },
      open: before.open,
    });
  });
  return result;
}

/** From one arrival to the next, in milliseconds. */
function pauses(calls: readonly RecordedCall[]): number[] {
  const times = calls.map(({ time }) => Date.parse(time));
  return times.slice(1).map((time, i) => time - (times[i] ?? time));
}

onEachStorage((stage) => {
  describe('an attempt that fails is repeated', () => {
    it.each(RETRIED)('S7: over %s after any answer that a later one may mend', async (_, spec, answers) => {
      const objects: WireObject[] = [];
      // A fifth failure in a row would open the breaker of the endpoint, and the others would wait for its probes.
      for (let from = 0; from < answers.length; from += 4) {
        const scripts = answers.slice(from, from + 4).map((answer) => `${answer}, ok`);
        const some = await expectEnd(stage, scripts.length, 'collected', () =>
          dueEach(stage, scripts, spec(stage.mock, { retry: IMPATIENT })),
        );
        objects.push(...some);
      }
      for (const [i, object] of objects.entries()) {
        const calls = await expectAttempts(stage.mock, object, 2);
        expect(calls.map(({ answer }) => answer)).toEqual([answers[i], expect.stringMatching(/200|OK/)]);
        expect(calls.map(({ body }) => body.attempt)).toEqual([1, 2]);
        const [first, second] = calls.map(({ body }) => ({ ...body, attempt: 0, fence: 0 }));
        expect(second).toEqual(first);
        // The time for an attempt covers the whole answer: a body that drips does not stretch it. It runs from before
        // the arrival, which a busy machine delays.
        if (answers[i] === 'drip' || answers[i] === 'hang')
          expect(pauses(calls)[0]).toBeGreaterThanOrEqual(800);
      }
    });

    it.each([
      ['HTTP', httpCleanup, '500x2, ok', ['500', '500', '200']],
      ['gRPC', grpcCleanup, 'UNAVAILABLE x2, ok', ['UNAVAILABLE', 'UNAVAILABLE', 'OK']],
    ] as const)('S7: over %s until one succeeds, and then no more', async (_, spec, script, answers) => {
      const [object] = await expectEnd(stage, 1, 'collected', () =>
        dueEach(stage, [script], spec(stage.mock)),
      );
      const calls = object ? await expectAttempts(stage.mock, object, 3) : [];
      expect(calls.map(({ answer }) => answer)).toEqual(answers);
    });

    it('until the attempts that it may have are spent: then it is abandoned', async () => {
      const cleanup = httpCleanup(stage.mock, { retry: { ...quickRetry, max_attempts: 3 } });
      const scripts = ['500', '404'];
      const objects = await expectEnd(stage, 2, 'abandoned', () => dueEach(stage, scripts, cleanup));
      await throughout(300, async () => {
        for (const object of objects) expect(await stage.mock.calls(object)).toHaveLength(3);
      });
    });

    it('not before Retry-After has passed, and never beyond max_backoff', async () => {
      await stage.mock.script(
        'type asks-1s: 503 retry-after 1s, ok\ntype asks-1h: 503 retry-after 3600s, ok',
      );
      const retry = { ...quickRetry, max_backoff: duration(10_000) };
      const patient = [httpCleanup(stage.mock, { retry }), grpcCleanup(stage.mock, { retry })];
      const objects = await Promise.all(patient.map((each) => due(stage, each, anObject('asks-1s'))));
      const cut = await due(stage, httpCleanup(stage.mock), anObject('asks-1h'));
      // 200 ms at most, as quickRetry has it.
      const [cutMs] = pauses(await expectAttempts(stage.mock, cut, 2));
      expect(cutMs).toBeGreaterThanOrEqual(199);
      for (const object of objects) {
        const [pauseMs] = pauses(await expectAttempts(stage.mock, object, 2));
        expect(pauseMs).toBeGreaterThanOrEqual(999);
      }
    });

    it('an endpoint that nobody listens on costs no attempt', async () => {
      const retry = { ...quickRetry, max_attempts: 1 };
      const cleanup = { http: { url: `http://127.0.0.1:${await unusedPort()}/` }, retry };
      const { stats: before } = await stage.client.call('GetStats', {});
      await due(stage, cleanup);
      await eventually(async () => {
        const { attempts, cleanups } = (await stage.client.call('GetStats', {})).stats;
        expect(attempts.retried).toBeGreaterThanOrEqual(before.attempts.retried + 3);
        expect(cleanups.abandoned).toBe(before.cleanups.abandoned);
      });
    });
  });

  it.each(DONE)('over %s an object is gone after one answer that says so', async (_, spec, answers) => {
    const objects = await expectEnd(stage, answers.length, 'collected', () =>
      dueEach(stage, answers, spec(stage.mock)),
    );
    for (const object of objects) await expectAttempts(stage.mock, object, 1);
  });

  it('404 says so, too, where the spec has it so', async () => {
    const http = { url: `${stage.mock.http}/x`, not_found_is_done: true };
    const [object] = await expectEnd(stage, 1, 'collected', () => dueEach(stage, ['404'], { http }));
    if (object) await expectAttempts(stage.mock, object, 1);
  });

  it.each(TERMINAL)('over %s what no retry can mend is abandoned at once', async (_, spec, answers) => {
    const objects = await expectEnd(stage, answers.length, 'abandoned', () =>
      dueEach(stage, answers, spec(stage.mock)),
    );
    for (const object of objects) await expectAttempts(stage.mock, object, 1);
  });

  it('a redirect is never followed', async () => {
    let contacts = 0;
    const trap = createServer(() => (contacts += 1)).listen(0, '127.0.0.1');
    await once(trap, 'listening');
    onTestFinished(() => {
      trap.close();
    });
    const { port } = trap.address() as AddressInfo;
    const scripts = [301, 302, 303, 307, 308].map((status) => `${status} location http://127.0.0.1:${port}/`);
    const objects = await expectEnd(stage, scripts.length, 'abandoned', () =>
      dueEach(stage, scripts, httpCleanup(stage.mock)),
    );
    for (const object of objects) await expectAttempts(stage.mock, object, 1);
    expect(contacts).toBe(0);
  });

  it('the server has met no fault of its own', () => {
    // An alert is about what the tests do to it.
    expect(stage.server.child.output).not.toMatch(/"level":(50|60)(?!.*"alert":)/);
  });
});
