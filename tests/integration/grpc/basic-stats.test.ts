import { expect, it } from 'vitest';
import {
  aLease,
  duration,
  eventually,
  expectAttempts,
  expectCollectedOnce,
  expectLeaseState,
  httpCleanup,
  instantMs,
} from '../../helpers/index.js';
import { expectBalance } from './balance.js';
import { onEachStorage, type Stage } from './on-each-storage.js';

async function create(stage: Stage, fields: Parameters<typeof aLease>[0] = {}) {
  const request = aLease(fields);
  await stage.client.call('CreateLease', request);
  return request;
}

onEachStorage((stage) => {
  it('S6, S16: GetStats counts each thing that happened once, in the class where it belongs', async () => {
    const { client, mock } = stage;
    await mock.script(
      [
        'path /cleanup: ok',
        'path /flaky: 500, ok',
        'path /terminal: 400',
        'path /dead: 503 retry-after 60s',
      ].join('\n'),
    );
    const cleanup = (path: string) => httpCleanup(mock, { path: `/${path}` });
    const patient = { ...cleanup('dead'), retry: { max_backoff: duration(60_000) } };

    await create(stage);
    const [renewed, released] = [await create(stage), await create(stage)];
    const expired = await create(stage, { ttlMs: 200 });
    for (let i = 0; i < 3; i += 1) await client.call('RenewLease', renewed);
    await client.call('ReleaseLease', released);
    await client.call('ReleaseLease', released);

    const collected = await create(stage, { cleanup: cleanup('cleanup') });
    const lapsed = await create(stage, { cleanup: cleanup('cleanup'), ttlMs: 200 });
    const flaky = await create(stage, { cleanup: cleanup('flaky') });
    const abandoned = await create(stage, { cleanup: cleanup('terminal') });
    const revived = await create(stage, { cleanup: patient });
    const pending = await create(stage, { cleanup: patient });
    const kept = await create(stage, { cleanup: cleanup('cleanup') });
    for (const ended of [collected, flaky, abandoned, revived, pending])
      await client.call('ReleaseLease', ended);
    await client.call('ReleaseLease', { ...kept, disposition: 'DISPOSITION_KEEP' });

    for (const { object } of [collected, lapsed]) await expectCollectedOnce(mock, object, { settleMs: 0 });
    await expectAttempts(mock, flaky.object, 2);
    await expectLeaseState(client, expired.lease_id, 'EXPIRED');
    await eventually(async () => {
      const { stats } = await client.call('GetStats', {});
      expect(stats.cleanups).toMatchObject({ collected: 3, abandoned: 1, claimed: 0 });
      expect(stats.attempts.retried).toBe(3);
    });
    const again = await client.call('CreateLease', aLease({ object: revived.object }));
    expect(again).toMatchObject({ revived: true, prior_attempts: 1 });

    const answer = await client.call('GetStats', {});
    expectBalance(answer);
    expect(answer.stats).toMatchObject({
      leases: { created: 12, active: 3, released: 7, expired: 2, renewals: 3 },
      cleanups: {
        ...{ ended: 7, collected: 3, abandoned: 1, open: 1, revived: 1, kept: 1, forgotten: 0 },
        ...{ due: 1, claimed: 0 },
      },
      attempts: { claimed: 7, done: 3, retried: 3, failed: 1, unstarted: 0, lost: 0, stale: 0 },
      held_objects: 3,
    });
    const { next_attempt_time: next } = answer.stats;
    expect(next && instantMs(next)).toBeGreaterThan(instantMs(answer.server_time) - 60_000);
  });
});
