import { type Cleanup, CleanupAdminClient, type CleanupSpec, LeaseClient } from '@lease/client';
import type { CleanupHandler, CleanupResult, ReceiverOptions } from '@lease/client/receiver';
import { expect, it, onTestFinished } from 'vitest';
import { anObject, eventually, type RunningServer, startServer } from '../../helpers/index.js';
import { receiving } from './receiving.js';

/** Twice as many failures as open a breaker. */
const TROUBLED = 10;
const ASKED_MS = 30_000;
/** What is left of it when the test looks. */
const LEFT_MS = 20_000;

/** What a receiver may say of objects of the type `custom`, and what is then left of their pauses; all others are well. */
const TROUBLES: readonly (readonly [string, ReceiverOptions, number])[] = [
  ['has not its turn yet', { onCleanup: troubled({ kind: 'retry' }) }, 0],
  ['has not its turn for a while', { onCleanup: troubled({ kind: 'retry', afterMs: ASKED_MS }) }, LEFT_MS],
  ['has no handler', { handlers: { blob: () => Promise.resolve() } }, 0],
];

function troubled(result: CleanupResult): CleanupHandler {
  return ({ object }) => Promise.resolve(object.type === 'custom' ? result : undefined);
}

function clientsOf(server: RunningServer) {
  const client = new LeaseClient({ address: server.grpc, serviceId: 'troubled' });
  const admin = new CleanupAdminClient({ address: server.grpc });
  onTestFinished(() => {
    client.close();
    admin.close();
  });
  return { client, admin };
}

it.each(TROUBLES)('L3: that an object %s keeps no other one waiting', async (_, options, leftMs) => {
  await using server = await startServer({ storage: 'memory' });
  const { client, admin } = clientsOf(server);
  const release = async (cleanup: CleanupSpec, type: string) => {
    const { lease } = await client.create({ object: anObject(type), cleanup });
    await client.release(lease);
  };
  const waiting = async () => {
    const found: Cleanup[] = [];
    for await (const cleanup of admin.list()) found.push(cleanup);
    return found;
  };
  const targets = await receiving(options);
  for (const target of targets) {
    for (let n = 0; n < TROUBLED; n += 1) await release(target, 'custom');
  }
  await eventually(async () => {
    const attempts = (await waiting()).map((cleanup) => cleanup.attempts);
    expect(attempts).toHaveLength(TROUBLED * targets.length);
    expect(Math.min(...attempts)).toBeGreaterThan(0);
  });
  for (const target of targets) await release(target, 'blob');
  await eventually(async () => expect((await client.stats()).cleanups).toMatchObject({ collected: 2 }));

  const pauses = (await waiting()).map(({ nextAttemptTime }) => Number(nextAttemptTime) - Date.now());
  expect(pauses).toHaveLength(TROUBLED * targets.length);
  if (leftMs > 0) expect(Math.min(...pauses)).toBeGreaterThan(leftMs);
  expect(server.child.output).not.toContain('endpoint fails');
});
