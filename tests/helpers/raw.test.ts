import {
  credentials,
  Metadata,
  Server,
  ServerCredentials,
  status as Code,
  type ServiceError,
} from '@grpc/grpc-js';
import { encodeStatusDetails, STATUS_DETAILS_KEY, type StatusDetails } from '@lease/protocol';
import { expect, describe, it, onTestFinished } from 'vitest';
import { aLease, expectRefusal, instantMs, RawClient, startRawHandler, type RawCleanup } from './index.js';
import { rawService } from './raw-contract.js';

type Done = (error: { code: number; details: string; metadata: Metadata } | null, answer?: object) => void;

/** A LeaseService in this process that answers every CreateLease alike. */
async function leaseService(answer: (request: { lease_id: string }, done: Done) => void): Promise<RawClient> {
  const server = new Server();
  server.addService(rawService('lease.v1.LeaseService').service, {
    CreateLease: ({ request }: { request: { lease_id: string } }, done: Done) => {
      answer(request, done);
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  const client = new RawClient(`127.0.0.1:${port}`);
  onTestFinished(() => {
    client.close();
    server.forceShutdown();
  });
  return client;
}

function refusing(details: StatusDetails) {
  return leaseService((_request, done) => {
    const metadata = new Metadata();
    metadata.set(STATUS_DETAILS_KEY, encodeStatusDetails(details));
    done({ code: details.code, details: details.message, metadata });
  });
}

describe('the raw client', () => {
  it('sends and shows the names of the contract', async () => {
    const client = await leaseService(({ lease_id }, done) => {
      const instant = { seconds: 1_700_000_000, nanos: 5_000_000 };
      done(null, { lease: { lease_id, state: 'LEASE_STATE_ACTIVE', expire_time: instant }, revived: true });
    });
    const request = aLease();
    const { lease, revived, server_time } = await client.call('CreateLease', request);
    expect({ ...lease, expireMs: instantMs(lease.expire_time) }).toMatchObject({
      lease_id: request.lease_id,
      state: 'LEASE_STATE_ACTIVE',
      disposition: 'DISPOSITION_UNSPECIFIED',
      end_time: null,
      expireMs: 1_700_000_000_005,
    });
    expect([revived, server_time]).toEqual([true, null]);
  });

  it('shows every detail of a refusal', async () => {
    const violations = [{ field: 'object.id', description: 'must not be empty' }];
    const quotaViolations = [{ subject: 'service:tests', description: '10' }];
    const client = await refusing({
      ...{ code: Code.INVALID_ARGUMENT, message: 'no', reason: 'INVALID_REQUEST', violations },
      ...{ retryAfterMs: 1_500, quotaViolations },
    });
    const expected = { code: 'INVALID_ARGUMENT', reason: 'INVALID_REQUEST', fields: ['object.id'] };
    const refusal = await expectRefusal(client.call('CreateLease', aLease()), expected);
    expect(refusal).toMatchObject({ violations, retryAfterMs: 1_500, quota: quotaViolations });
  });

  it('lets no other answer pass for the refusal that is expected', async () => {
    const client = await refusing({ code: Code.NOT_FOUND, message: 'no', reason: 'LEASE_NOT_FOUND' });
    const call = () => client.call('CreateLease', aLease());
    await expectRefusal(call(), { code: 'NOT_FOUND', reason: 'LEASE_NOT_FOUND' });
    for (const expected of [
      { code: 'INTERNAL', reason: 'LEASE_NOT_FOUND' },
      { code: 'NOT_FOUND', reason: 'LEASE_ENDED' },
      { code: 'NOT_FOUND', reason: 'LEASE_NOT_FOUND', fields: ['lease_id'] },
    ]) {
      await expect(expectRefusal(call(), expected)).rejects.toThrow();
    }
    const done = Promise.resolve({ lease: 1 });
    await expect(expectRefusal(done, { code: 'NOT_FOUND', reason: 'LEASE_NOT_FOUND' })).rejects.toThrow(
      'was not refused, but answered {"lease":1}',
    );
  });
});

it('the raw handler shows what it is called with, and answers what it throws', async () => {
  const seen: RawCleanup[] = [];
  const address = await startRawHandler((request) => {
    seen.push(request);
    if (request.attempt === 1) throw Object.assign(new Error(), { code: Code.UNAVAILABLE, details: 'later' });
  });
  const client = new (rawService('lease.v1.CleanupHandlerService'))(address, credentials.createInsecure());
  onTestFinished(() => {
    client.close();
  });
  const call = (attempt: number) =>
    new Promise<Code>((resolve) => {
      const request = { object_type: 'blob', object_id: 'x', reason: 'CLEANUP_REASON_EXPIRED', attempt };
      const cleanup = client['Cleanup'] as (
        request: object,
        done: (error: ServiceError | null) => void,
      ) => void;
      cleanup.call(client, request, (error) => {
        resolve(error?.code ?? Code.OK);
      });
    });
  expect([await call(1), await call(2)]).toEqual([Code.UNAVAILABLE, Code.OK]);
  expect(seen).toMatchObject([
    { object_id: 'x', attempt: 1, reason: 'CLEANUP_REASON_EXPIRED' },
    { object_id: 'x', attempt: 2, fence: 0 },
  ]);
});
