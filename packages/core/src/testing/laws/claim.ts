import { grpcCleanup, handlerCleanup, httpCleanup } from '../builders.js';
import { check, checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import type { Trial } from './trial.js';

/** Makes so many objects due whose cleanups share an endpoint. */
async function fallDueAt(trial: Trial, host: string, objects: number): Promise<void> {
  for (let made = 0; made < objects; made++) {
    await trial.fallDue({ cleanup: httpCleanup({ url: `http://${host}/cleanup/${made}` }) });
  }
}

/** How many of the claims go to each endpoint. */
function perEndpoint(claims: readonly { readonly endpoint: string }[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { endpoint } of claims) counts.set(endpoint, (counts.get(endpoint) ?? 0) + 1);
  return counts;
}

export const claimLaws: readonly StoreLaw[] = [
  law('S7', 'a claim carries the cleanup as it was given, for every kind of target', async (trial) => {
    const targets = [
      [
        'http://127.0.0.1:8080',
        httpCleanup({ headers: new Map([['authorization', 'secret']]), notFoundIsDone: true }),
      ],
      [
        'grpcs://cleaner.example:443',
        grpcCleanup({ address: 'Cleaner.example:443', tls: true, payload: 'p' }),
      ],
      ['handler:blob', handlerCleanup({ retry: { maxAttempts: 3, attemptTimeoutMs: 1_500 } })],
    ] as const;
    for (const [endpoint, cleanup] of targets) {
      const metadata = new Map([['k', 'v']]);
      const lease = await trial.fallDue({ object: trial.object('blob'), cleanup, metadata });
      const { cleanupId, fence, ...claim } = await trial.claimOne();
      checkEqual(
        claim,
        {
          object: lease.object,
          generation: lease.generation,
          attempt: 1,
          reason: 'RELEASED',
          dueTime: lease.endTime,
          lastLeaseId: lease.leaseId,
          leaseId: lease.leaseId,
          serviceId: lease.serviceId,
          metadata,
          spec: cleanup,
          endpoint,
        },
        'the claim',
      );
      check(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(cleanupId), 'cleanup_id is a UUID');
      check(Number.isSafeInteger(fence), 'the fence is a safe integer');
    }
  }),

  law('S9', 'a cleanup is claimed by one claimant, however many ask at once', async (trial) => {
    await fallDueAt(trial, 'a.example', 6);
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, claimant) => trial.claim({ claimant: `claimant-${claimant}`, limit: 2 })),
    );
    const claims = answers.flat();
    checkEqual(claims.length, 6, 'claims');
    checkEqual(new Set(claims.map(({ cleanupId }) => cleanupId)).size, 6, 'cleanups that were claimed');
  }),

  law('S9', 'a claimed cleanup is not claimed again while its claim lasts', async (trial) => {
    await trial.fallDue();
    await trial.claimOne({ claimMs: 10_000 });
    await trial.time.advance(9_999);
    checkEqual(await trial.claim(), [], 'claims');
    await trial.time.advance(1);
    checkEqual((await trial.claim()).length, 1, 'claims at the end of the claim');
  }),

  law('L3', 'claims are at most as many as asked for', async (trial) => {
    await fallDueAt(trial, 'a.example', 5);
    checkEqual((await trial.claim({ limit: 3 })).length, 3, 'claims');
    checkEqual((await trial.claim({ limit: 3 })).length, 2, 'claims of the rest');
    checkEqual((await trial.claim({ limit: 3 })).length, 0, 'claims of nothing');
  }),

  law('L3', 'claims of one endpoint are at most as many as asked for', async (trial) => {
    await fallDueAt(trial, 'a.example', 10);
    await fallDueAt(trial, 'b.example', 2);
    const counts = perEndpoint(await trial.claim({ perEndpointLimit: 4 }));
    checkEqual(
      counts,
      new Map([
        ['http://a.example', 4],
        ['http://b.example', 2],
      ]),
      'claims per endpoint',
    );
  }),

  law('L3', 'a long queue at one endpoint leaves the others their share', async (trial) => {
    await fallDueAt(trial, 'crowded.example', 60);
    for (const host of ['b.example', 'c.example', 'd.example']) await fallDueAt(trial, host, 5);
    const counts = perEndpoint(await trial.claim({ limit: 16 }));
    for (const host of ['b.example', 'c.example', 'd.example']) {
      const claims = counts.get(`http://${host}`) ?? 0;
      check(claims >= 3, `${host} gets a fair share of 16 slots among four endpoints, but it got ${claims}`);
    }
    checkEqual(
      [...counts.values()].reduce((sum, claims) => sum + claims),
      16,
      'claims in all',
    );
  }),

  law('L3', 'slots that a quiet endpoint does not need go to the busy one', async (trial) => {
    await fallDueAt(trial, 'crowded.example', 20);
    await fallDueAt(trial, 'quiet.example', 1);
    const counts = perEndpoint(await trial.claim({ limit: 10 }));
    checkEqual(
      counts,
      new Map([
        ['http://crowded.example', 9],
        ['http://quiet.example', 1],
      ]),
      'claims per endpoint',
    );
  }),

  law('L3', 'an endpoint whose due work is gone takes no slot from the others', async (trial) => {
    await fallDueAt(trial, 'a.example', 2);
    const taken = await trial.claimOne({ limit: 1 });
    const [other] = await trial.cleanups({ state: 'DUE' });
    check(other !== undefined && other.cleanupId !== taken.cleanupId, 'the other one is still due');
    await trial.create({ object: other.object });
    await fallDueAt(trial, 'b.example', 1);
    checkEqual((await trial.claimOne({ limit: 1 })).endpoint, 'http://b.example', 'endpoint');
  }),

  law('L3', 'every endpoint has its turn, even with one slot at a time', async (trial) => {
    const hosts = ['a.example', 'b.example', 'c.example', 'd.example'];
    for (const host of hosts) await fallDueAt(trial, host, 10);
    const counts = new Map<string, number>();
    for (let turns = 0; turns < 12; turns++) {
      const { endpoint } = await trial.claimOne({ limit: 1 });
      counts.set(endpoint, (counts.get(endpoint) ?? 0) + 1);
    }
    checkEqual(counts.size, hosts.length, 'endpoints that had a turn in 12');
  }),

  law('L3', 'busy endpoints are passed over, and claimed once they are not', async (trial) => {
    await fallDueAt(trial, 'busy.example', 30);
    await fallDueAt(trial, 'free.example', 2);
    const busyEndpoints = ['http://busy.example', 'http://unknown.example', '__proto__'];
    const counts = perEndpoint(await trial.claim({ busyEndpoints }));
    checkEqual(counts, new Map([['http://free.example', 2]]), 'claims per endpoint');
    checkEqual((await trial.claim()).length, 30, 'claims with none busy');
  }),

  law('L3', 'within an endpoint what waits longest comes first', async (trial) => {
    const ids = [];
    for (let objects = 0; objects < 6; objects++) {
      ids.push((await trial.fallDue()).leaseId);
      await trial.time.advance(10);
    }
    const order = [];
    for (let turns = 0; turns < 3; turns++) {
      order.push(...(await trial.claim({ limit: 2 })).map(({ lastLeaseId }) => lastLeaseId).sort());
    }
    const expected = [ids.slice(0, 2), ids.slice(2, 4), ids.slice(4, 6)].flatMap((pair) => pair.sort());
    checkEqual(order, expected, 'order, two at a time');
  }),

  law('S9', 'a cleanup in backoff is not claimed before its time', async (trial) => {
    await trial.fallDue();
    await trial.settled(await trial.claimOne(), { kind: 'retry', delayMs: 3_000 });
    await trial.time.advance(2_999);
    checkEqual(await trial.claim(), [], 'claims');
    await trial.time.advance(1);
    checkEqual((await trial.claimOne()).attempt, 2, 'attempt');
  }),

  law('L3', 'cleanups in backoff do not take the slots of those that are due', async (trial) => {
    await fallDueAt(trial, 'a.example', 20);
    const claims = await trial.claim();
    for (const claim of claims) await trial.settled(claim, { kind: 'retry', delayMs: 60_000 });
    await fallDueAt(trial, 'a.example', 3);
    checkEqual((await trial.claim({ limit: 5 })).length, 3, 'claims');
  }),

  law(
    'S7',
    'all attempts of a cleanup are alike, except for attempt and fence, which grow',
    async (trial) => {
      await trial.fallDue({ metadata: new Map([['k', 'v']]) });
      let before = await trial.claimOne();
      for (const contact of ['answered', 'unanswered', 'unreached'] as const) {
        await trial.settled(before, { kind: 'retry', contact });
        const { attempt, fence, ...body } = await trial.claimOne({ claimant: 'claimant-b' });
        const { attempt: attemptBefore, fence: fenceBefore, ...bodyBefore } = before;
        checkEqual(body, bodyBefore, 'the claim');
        checkEqual(attempt, attemptBefore + 1, 'attempt');
        check(fence > fenceBefore, 'the fence grows');
        before = { ...body, attempt, fence };
      }
    },
  ),

  law('S3', 'a claimed cleanup shows who has it, under which fence, and until when', async (trial) => {
    await trial.fallDue();
    const claim = await trial.claimOne({ claimant: 'claimant-x', claimMs: 7_000 });
    const { state, claimant, fence, nextAttemptTime, attempts } = await trial.cleanup(claim);
    checkEqual(
      { state, claimant, fence, nextAttemptTime, attempts },
      {
        state: 'CLAIMED',
        claimant: 'claimant-x',
        fence: claim.fence,
        nextAttemptTime: (await trial.now()) + 7_000,
        attempts: 1,
      },
      'the cleanup',
    );
  }),
];
