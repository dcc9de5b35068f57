import { beforeAll, describe, expect, it } from 'vitest';
import {
  aLease,
  elementsOf,
  expectRefusal,
  expectRefused,
  type ExpectedRefusal,
  type RawError,
} from '../../helpers/index.js';
import { cleanupRows } from './bad-input/cleanup-rows.js';
import { identityRows } from './bad-input/identity-rows.js';
import type { Row } from './bad-input/row.js';
import { valueRows } from './bad-input/value-rows.js';
import { onEachStorage } from './on-each-storage.js';

const table = [...identityRows, ...valueRows, ...cleanupRows];

const BATCHES = {
  CreateLease: 'BatchCreateLeases',
  RenewLease: 'BatchRenewLeases',
  ReleaseLease: 'BatchReleaseLeases',
} as const;

function refusalOf({ fields, reason = 'INVALID_REQUEST' }: Row): ExpectedRefusal {
  return { code: 'INVALID_ARGUMENT', reason, fields };
}

/** Text that is no UTF-8 makes the whole message none, and one of 4 MB makes it too large. */
function fitsABatch({ request }: Row): boolean {
  const json = JSON.stringify(request);
  return !json.includes('\\ud') && json.length < 1_000_000;
}

/** What came from the caller is cut, and cannot break a line or a terminal. */
function expectHarmless({ message, violations }: RawError): void {
  for (const text of [message, ...violations.map(({ description }) => description)]) {
    expect(text.length).toBeLessThan(300);
    expect(text).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]|secret/u);
  }
}

it(`the table has ${table.length} rows, no two alike`, () => {
  expect(table.length).toBeGreaterThan(200);
  expect(new Set(table.map(({ method, what, reason }) => `${method} ${what} ${reason ?? ''}`)).size).toBe(
    table.length,
  );
});

// With the bounds that servers have unless they are told otherwise.
onEachStorage((stage) => {
  const probe = aLease();
  const totals = async () => {
    const { stats } = await stage.client.call('GetStats', {});
    return { ...stats, next_attempt_time: null };
  };

  beforeAll(async () => {
    await stage.client.call('CreateLease', probe);
  });

  describe('is refused before any write, every wrong field named', () => {
    it.each(table.map((row) => [row.method, row.what, row] as const))('%s, %s', async (_, __, row) => {
      const before = [await totals(), (await stage.client.call('GetLease', probe)).lease];
      expectHarmless(await expectRefusal(stage.client.call(row.method, row.request), refusalOf(row)));
      expect([await totals(), (await stage.client.call('GetLease', probe)).lease]).toEqual(before);
    });
  });

  it('all of them in batches are refused the same, one by one, and their neighbours are not', async () => {
    for (const [method, batch] of Object.entries(BATCHES)) {
      const poison = table.filter((row) => row.method === method && fitsABatch(row));
      const requests = poison.flatMap(({ request }) => [
        request,
        method === 'CreateLease' ? aLease() : probe,
      ]);
      const answers = elementsOf(await stage.client.call(batch, { requests }));
      for (const [i, row] of poison.entries()) {
        expectHarmless(expectRefused(answers[2 * i], refusalOf(row)));
        expect(answers[2 * i + 1], row.what).toHaveProperty('lease_id');
      }
    }
  });

  it('everything that is wrong is named at once', async () => {
    const request = {
      ...{ lease_id: 'x', object: { type: 'X', id: '' }, service_id: '', ttl: { seconds: -1 } },
      metadata: { '': '\u0000' },
      cleanup: {
        http: { url: 'ftp://h', headers: { host: 'h' } },
        payload: '\u0000',
        retry: { max_attempts: 0 },
      },
    };
    const refusal = await expectRefusal(stage.client.call('CreateLease', request), {
      code: 'INVALID_ARGUMENT',
      reason: 'INVALID_REQUEST',
      fields: [
        ...['lease_id', 'object.type', 'object.id', 'service_id', 'ttl', 'cleanup.payload'],
        ...['cleanup.retry.max_attempts', 'cleanup.http.url', 'cleanup.http.headers["host"]'],
        ...['metadata[""]', 'metadata[""]'],
      ],
    });
    expect(refusal.message).toContain('(and 10 more)');
  });

  it('every spelling of loopback may be called, while all listeners are there', async () => {
    for (const host of [
      '127.0.0.1',
      '2130706433',
      '0x7f.1',
      '0177.0.0.1',
      '127.1',
      'localhost',
      'localhost.',
      '[::1]',
    ])
      await stage.client.call('CreateLease', aLease({ cleanup: { http: { url: `http://${host}:8080/` } } }));
  });

  it('the server has met no fault of its own', () => {
    // An alert is about what the tests do to it.
    expect(stage.server.child.output).not.toMatch(/"level":(50|60)(?!.*"alert":)/);
  });
}, []);
