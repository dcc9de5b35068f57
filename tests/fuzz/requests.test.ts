import { expect, test } from 'vitest';
import { seededRandom } from '@lease/core/testing';
import { RawClient, startServer } from '../helpers/index.js';
import { RawError } from '../helpers/raw-error.js';
import { hostileRequest } from './hostile-request.js';

const REQUESTS = 3_000;
const SEED = 1;
const AT_ONCE = 20;

/** What a client's mistake may get. */
const MISTAKES = [
  'INVALID_ARGUMENT',
  'NOT_FOUND',
  'PERMISSION_DENIED',
  'ALREADY_EXISTS',
  'FAILED_PRECONDITION',
];
/** Of the caller's, and the words around it. */
const LONGEST_DESCRIPTION = 300;

test(`T5: ${REQUESTS} hostile requests: a mistake of the caller, its field named, little echoed, nothing written`, async () => {
  await using server = await startServer({ storage: 'sqlite' });
  using client = new RawClient(server.grpc);
  const random = seededRandom(SEED);
  const seen = new Map<string, number>();
  let created = 0;

  const send = async () => {
    const { method, request, drawn } = hostileRequest(random);
    const answer = await client.call(method, request).catch((error: unknown) => error);
    const what = `seed ${SEED}: ${method} ${JSON.stringify(request).slice(0, 400)}`;
    if (!(answer instanceof RawError)) {
      expect(answer, what).not.toBeInstanceOf(Error);
      if (method === 'CreateLease' && !(answer as { replayed: boolean }).replayed) created += 1;
      seen.set('OK', (seen.get('OK') ?? 0) + 1);
      return;
    }
    const { code, message, violations } = answer;
    expect(MISTAKES, `${what}: ${message}`).toContain(code);
    seen.set(code, (seen.get(code) ?? 0) + 1);
    if (code === 'INVALID_ARGUMENT') expect(violations, what).not.toEqual([]);
    for (const { field } of violations) expect(drawn, `${what}: ${field}`).toContain(/^\w+/.exec(field)?.[0]);
    for (const text of [message, ...violations.map(({ description }) => description)]) {
      expect(text.length, what).toBeLessThan(LONGEST_DESCRIPTION);
      expect(text, what).not.toMatch(/x{65}/);
      expect(text, what).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    }
  };
  for (let sent = 0; sent < REQUESTS; sent += AT_ONCE)
    await Promise.all(Array.from({ length: AT_ONCE }, send));

  expect((await client.call('GetStats', {})).stats.leases.created).toBe(created);
  for (const code of ['OK', 'INVALID_ARGUMENT', 'NOT_FOUND'])
    expect(seen.get(code), code).toBeGreaterThan(50);
  await server.stop();
}, 120_000);
