import { expect, it } from 'vitest';
import {
  aLease,
  anObject,
  elementsOf,
  eventually,
  grpcCleanup,
  httpCleanup,
  RawError,
} from '../../helpers/index.js';
import { expectBalance } from './balance.js';
import { onEachStorage, QUICK } from './on-each-storage.js';

const CLEANUPS = 2_000;

onEachStorage(
  (stage) => {
    it('S9: without a fault, 2,000 cleanups are 2,000 callbacks', async () => {
      const { client, mock } = stage;
      const requests = Array.from({ length: CLEANUPS }, (_, i) =>
        aLease({
          object: anObject('blob'),
          // Half end by expiry, half by release; half over each protocol.
          ttlMs: i % 4 < 2 ? 500 : 60_000,
          cleanup: i % 2 === 0 ? httpCleanup(mock) : grpcCleanup(mock),
        }),
      );
      for (let from = 0; from < CLEANUPS; from += 500) {
        const batch = { requests: requests.slice(from, from + 500) };
        const created = elementsOf(await client.call('BatchCreateLeases', batch));
        expect(created.filter((element) => element instanceof RawError)).toEqual([]);
        await client.call('BatchReleaseLeases', { requests: batch.requests.filter((_, i) => i % 4 >= 2) });
      }
      const answer = await eventually(
        async () => {
          const { stats } = await client.call('GetStats', {});
          expect(stats.cleanups).toMatchObject({ ended: CLEANUPS, collected: CLEANUPS, open: 0 });
          return { stats };
        },
        { deadlineMs: 25_000, everyMs: 100 },
      );
      expectBalance(answer);
      expect(answer.stats.attempts).toMatchObject({ claimed: CLEANUPS, done: CLEANUPS });

      const calls = await mock.calls();
      expect(calls).toHaveLength(CLEANUPS);
      expect(new Set(calls.map(({ body }) => body.cleanup_id)).size).toBe(CLEANUPS);
      const collected = calls.map(({ body }) => body.object_id).sort();
      expect(collected).toEqual(requests.map(({ object }) => object.id).sort());
      const fences = calls.map(({ body }) => body.fence);
      expect(new Set(fences).size, 'no two claims have the same fence').toBe(CLEANUPS);
    });
  },
  [...QUICK, '--max-leases-per-service', String(CLEANUPS)],
);
