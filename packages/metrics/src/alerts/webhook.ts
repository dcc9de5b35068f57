import type { Clock, Random } from '@lease/core';
import type { AlertNotice, Notify } from './alert.js';

/** One delivery, from the connection to the end of the answer. */
const TIMEOUT_MS = 5_000;

/** Pauses between tries: half a minute in all, within which a receiver is restarted. */
const PAUSES_MS = [1_000, 2_000, 4_000, 8_000, 16_000] as const;

/** Notices that wait; there are two for each rule at most in five minutes. */
const MAX_WAITING = 100;

export interface AlertWebhookOptions {
  readonly url: string;
  /** Headers that prove to the receiver who sent these bytes, and when: of Standard Webhooks. */
  readonly sign: (id: string, body: Uint8Array) => object;
  readonly clock: Clock;
  /** Draws the ids of notices. */
  readonly random: Pick<Random, 'uuid'>;
  /** Told of every notice that came to its end: `failed` after all tries, `dropped` for want of room. */
  readonly ended: (result: 'delivered' | 'failed' | 'dropped', why?: string) => void;
}

/**
 * Posts notices to an operator's URL, one after the other: JSON with `type`, `timestamp` and `data`, as Standard Webhooks
 * has it. Each try has 5 s, there are six, under one id; nobody waits for them.
 */
export function alertWebhook(options: AlertWebhookOptions): Notify {
  const waiting: Delivery[] = [];
  let busy = false;
  const work = async () => {
    busy = true;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const failure = await deliver(options, next);
      options.ended(failure === undefined ? 'delivered' : 'failed', failure);
    }
    busy = false;
  };
  return (notice) => {
    if (waiting.length >= MAX_WAITING) {
      options.ended('dropped', `${MAX_WAITING} notices wait already`);
      return;
    }
    waiting.push(deliveryOf(notice, options));
    if (!busy) void work();
  };
}

interface Delivery {
  readonly id: string;
  readonly body: Buffer;
}

function deliveryOf(notice: AlertNotice, { random, clock }: AlertWebhookOptions): Delivery {
  const timestamp = new Date(clock.wallMs()).toISOString();
  const body = JSON.stringify({ type: `lease.alert.${notice.state}`, timestamp, data: notice });
  return { id: `alert_${random.uuid()}`, body: Buffer.from(body) };
}

/** Why it could not be delivered; unset if it was. */
async function deliver(options: AlertWebhookOptions, delivery: Delivery): Promise<string | undefined> {
  for (const pauseMs of [...PAUSES_MS, undefined]) {
    const failure = await post(options, delivery);
    if (failure === undefined || pauseMs === undefined) return failure;
    await new Promise<void>((resolve) => {
      options.clock.schedule(pauseMs, resolve);
    });
  }
  return undefined;
}

async function post(
  { url, sign, clock }: AlertWebhookOptions,
  { id, body }: Delivery,
): Promise<string | undefined> {
  const controller = new AbortController();
  const cancel = clock.schedule(TIMEOUT_MS, () => {
    controller.abort();
  });
  try {
    const headers = { 'content-type': 'application/json', ...sign(id, body) };
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: controller.signal,
    });
    // Of what it says, nothing is read: it could go on for ever.
    await response.body?.cancel();
    return response.ok ? undefined : `it answered ${response.status}`;
  } catch (error) {
    if (controller.signal.aborted) return `no answer within ${TIMEOUT_MS} ms`;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return cause instanceof Error ? cause.message : String(cause);
  } finally {
    cancel();
  }
}
