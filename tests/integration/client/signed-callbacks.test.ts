import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { LeaseClient } from '@lease/client';
import { type Cleanup, createReceiver } from '@lease/client/receiver';
import { callbackSigner } from '@lease/core/http';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import {
  anObject,
  eventually,
  startServer,
  temporaryDirectory,
  type RunningServer,
} from '../../helpers/index.js';
import { receiving } from './receiving.js';

const aSecret = () => `whsec_${randomBytes(32).toString('base64')}`;

/** A receiver over both protocols. `secrets`: none are asked for without. */
async function collecting(secrets?: string) {
  const collected: Cleanup[] = [];
  const targets = await receiving({
    onCleanup: (cleanup) => Promise.resolve(void collected.push(cleanup)),
    ...(secrets !== undefined && { secrets }),
  });
  return { collected, targets };
}

function clientOf(server: RunningServer): LeaseClient {
  const client = new LeaseClient({ address: server.grpc, serviceId: 'signed' });
  onTestFinished(() => {
    client.close();
  });
  return client;
}

/** More keys than any serializer would write in the same order by chance. */
const METADATA = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`key-${(i * 37) % 50}`, `ü${i}`]));

/** Takes a lease for each target of the receiver and releases it. */
async function release(client: LeaseClient, { targets }: Awaited<ReturnType<typeof collecting>>) {
  for (const target of targets) {
    const cleanup = { ...target, payload: 'ü"\u0001' };
    const { lease } = await client.create({ object: anObject(), metadata: METADATA, cleanup });
    await client.release(lease);
  }
}

it('a server that signs is believed over HTTP and gRPC, by whoever knows one of its secrets', async () => {
  const [next, old, other] = [aSecret(), aSecret(), aSecret()];
  await using server = await startServer({
    storage: 'memory',
    env: { LEASE_SIGNING_SECRETS: `${next},${old}` },
  });
  const client = clientOf(server);
  for (const secrets of [old, next, `${other},${next}`, undefined]) {
    const receiver = await collecting(secrets);
    await release(client, receiver);
    await eventually(() => expect(receiver.collected).toHaveLength(2));
    expect(receiver.collected).toMatchObject([{ metadata: METADATA }, { metadata: METADATA }]);
  }

  const stranger = await collecting(other);
  await release(client, stranger);
  // A wrong secret does not mend itself: the cleanup waits for an operator, and the log says why.
  await eventually(async () => expect((await client.stats()).cleanups).toMatchObject({ abandoned: 2 }));
  expect(stranger.collected).toEqual([]);
  expect(server.child.output).toContain('no signature matches');
  expect(server.child.output).toContain('"statusCode":401');

  const metrics = await (await fetch(`${server.http}/metrics`)).text();
  await server.stop();
  for (const secret of [next, old]) {
    expect(server.child.output).not.toContain(secret.slice(6));
    expect(metrics).not.toContain(secret.slice(6));
  }
});

it('secrets in a file are replaced with a restart, and what is left from before is signed anew', async () => {
  const [old, next] = [aSecret(), aSecret()];
  const file = join(temporaryDirectory(), 'signing-secrets');
  writeFileSync(file, `${old}\n`);
  await using server = await startServer({ flags: ['--signing-secrets-file', file, '--grace', '0ms'] });
  const client = clientOf(server);
  const receiver = await collecting(next);
  const [cleanup] = receiver.targets;
  // It falls due only when the server is back, with the new secret.
  const { lease } = await client.create({ object: anObject(), ttlMs: 3_000, cleanup });
  writeFileSync(file, `${next}\n${old}\n`);
  await server.restart();
  await eventually(() => expect(receiver.collected).toMatchObject([{ leaseId: lease.leaseId }]), {
    deadlineMs: 20_000,
  });
  expect(server.child.output).not.toContain(next.slice(6));
});

it('both sides take the same secrets and refuse the same', () => {
  const base64 = fc
    .uint8Array({ minLength: 20, maxLength: 70 })
    .map((key) => Buffer.from(key).toString('base64'));
  const text = fc.string({ minLength: 1 }).filter((each) => !each.includes(','));
  const secret = fc.oneof(
    base64.map((each) => `whsec_${each}`),
    base64.map((each) => `whsec_${each.replace('=', '')}`),
    base64,
    text,
  );
  const throws = (make: () => unknown) => {
    try {
      make();
      return false;
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
      return true;
    }
  };
  const onCleanup = () => Promise.resolve();
  const taken = new Set<boolean>();
  fc.assert(
    fc.property(secret, (each) => {
      const refused = throws(() => callbackSigner({ secrets: [each] }));
      expect(throws(() => createReceiver({ onCleanup, secrets: [each] }))).toBe(refused);
      taken.add(!refused);
    }),
  );
  expect(taken).toEqual(new Set([true, false]));
});

it('a server that does not sign is not believed by who asks for signatures', async () => {
  await using server = await startServer({ storage: 'memory' });
  const client = clientOf(server);
  const receiver = await collecting(aSecret());
  await release(client, receiver);
  await eventually(async () => expect((await client.stats()).cleanups).toMatchObject({ abandoned: 2 }));
  expect(receiver.collected).toEqual([]);
  expect(server.child.output).toContain('webhook-id is missing');
});
