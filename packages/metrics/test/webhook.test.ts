import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ManualClock, seededRandom } from '@lease/core/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type AlertNotice, alertWebhook } from '../src/index.js';

const NOTICE: AlertNotice = {
  name: 'LeaseStoreUnavailable',
  severity: 'critical',
  state: 'firing',
  summary: 'The store does not answer.',
  since: '2026-01-01T00:00:00.000Z',
  value: 0,
  limit: 1,
};

interface Got {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

let close: () => void = () => undefined;
afterEach(() => {
  close();
});

/** A receiver that answers as it is told, the last answer for ever. */
async function setUp(answers: readonly ((response: ServerResponse) => void)[]) {
  const got: Got[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      got.push({ headers: request.headers, body });
      answers[Math.min(got.length, answers.length) - 1]?.(response);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  close = () => {
    server.closeAllConnections();
    server.close();
  };
  const clock = new ManualClock();
  const ended: (readonly [string, string?])[] = [];
  const notify = alertWebhook({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    sign: (id, body) => ({ 'webhook-id': id, 'webhook-signature': `v1,${body.byteLength}` }),
    clock,
    random: seededRandom(1),
    ended: (result, why) => ended.push(why === undefined ? [result] : [result, why]),
  });
  return { got, clock, ended, notify };
}

const status = (code: number) => (response: ServerResponse) => response.writeHead(code).end();

describe('the webhook', () => {
  it('gets each notice signed, as Standard Webhooks has it', async () => {
    const { got, ended, notify } = await setUp([status(204)]);
    notify(NOTICE);
    notify({ ...NOTICE, state: 'resolved' });
    await vi.waitFor(() => expect(ended).toEqual([['delivered'], ['delivered']]));
    expect(got.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      { type: 'lease.alert.firing', timestamp: '2026-01-01T00:00:00.000Z', data: NOTICE },
      {
        type: 'lease.alert.resolved',
        timestamp: '2026-01-01T00:00:00.000Z',
        data: { ...NOTICE, state: 'resolved' },
      },
    ]);
    for (const { headers, body } of got) {
      expect(headers).toMatchObject({
        'content-type': 'application/json',
        'webhook-signature': `v1,${Buffer.byteLength(body)}`,
      });
      expect(headers['webhook-id']).toMatch(/^alert_[0-9a-f-]{36}$/);
    }
    expect(got[0]?.headers['webhook-id']).not.toBe(got[1]?.headers['webhook-id']);
  });

  it('is tried again after an error, under the same id', async () => {
    const { got, clock, ended, notify } = await setUp([status(500), status(503), status(200)]);
    notify(NOTICE);
    for (const [count, pauseMs] of [
      [1, 1_000],
      [2, 2_000],
    ] as const) {
      await vi.waitFor(() => {
        expect(got).toHaveLength(count);
        // The deadline of the try is gone, its pause has begun.
        expect(clock.nextTimerInMs).toBe(pauseMs);
      });
      await clock.advance(pauseMs);
    }
    await vi.waitFor(() => expect(ended).toEqual([['delivered']]));
    expect(new Set(got.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it.each([
    ['an error', status(500), 'it answered 500'],
    [
      'a redirect, which is not followed',
      (response: ServerResponse) => response.writeHead(302, { location: '/x' }).end(),
      'it answered 302',
    ],
    ['a closed connection', (response: ServerResponse) => response.destroy(), 'other side closed'],
  ])('is given up after six tries: %s', async (_, answer, why) => {
    const { got, clock, ended, notify } = await setUp([answer]);
    notify(NOTICE);
    for (const pauseMs of [1_000, 2_000, 4_000, 8_000, 16_000]) {
      await vi.waitFor(() => expect(clock.nextTimerInMs).toBe(pauseMs));
      await clock.advance(pauseMs);
    }
    await vi.waitFor(() => expect(ended).toEqual([['failed', why]]));
    expect(got).toHaveLength(6);
  });

  it('has 5 s for an answer, and holds up nobody', async () => {
    const { got, clock, notify, ended } = await setUp([() => undefined, status(200)]);
    notify(NOTICE);
    await vi.waitFor(() => expect(got).toHaveLength(1));
    expect(clock.nextTimerInMs).toBe(5_000);
    await clock.advance(5_000);
    await vi.waitFor(() => expect(clock.nextTimerInMs).toBe(1_000));
    await clock.advance(1_000);
    await vi.waitFor(() => expect(ended).toEqual([['delivered']]));
  });

  it('that hangs lets 100 notices wait, and drops the rest', async () => {
    const { got, ended, notify } = await setUp([() => undefined]);
    for (let i = 0; i < 105; i += 1) notify(NOTICE);
    expect(ended.map(([result]) => result)).toEqual(Array(4).fill('dropped'));
    await vi.waitFor(() => expect(got).toHaveLength(1));
  });
});
