import { describe, expect, it } from 'vitest';
import {
  LeaseService,
  type Refused,
  type CreateResult,
  type ReleaseResult,
  type RenewResult,
} from '../../src/index.js';
import { NOW, RecordingStore } from './recording-store.js';
import { create, LEASE_ID, release, renew } from './requests.js';

type ReasonOf<Result> = Extract<Result, Refused<string>>['reason'];

const refused = <Reason extends string>(reason: Reason, retryAfterMs?: number) => ({
  outcome: 'refused' as const,
  reason,
  now: NOW,
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});

function setUp() {
  const store = new RecordingStore();
  return { store, service: new LeaseService({ store, maxLeasesPerService: 42 }) };
}

describe('what the store refuses is answered with what to do next', () => {
  it.each<[ReasonOf<CreateResult>, RegExp]>([
    ['LEASE_ID_TAKEN', new RegExp(`${LEASE_ID} was used with another request.*new lease_id`)],
    ['OBJECT_BEING_COLLECTED', /blob "b-1" is being cleaned up: try again/],
    ['CLEANUP_OWNED', /another service gave blob "b-1" a different cleanup: ask for the same one/],
    ['LEASE_QUOTA_EXCEEDED', /service "svc" has 42 active leases.*release some/],
    ['OVERLOADED', /try again later/],
  ])('create: %s', async (reason, says) => {
    const { store, service } = setUp();
    store.onCreate = () => refused(reason);
    expect(await service.create(create())).toEqual({
      ok: false,
      refusal: { reason, message: expect.stringMatching(says) as string },
    });
  });

  it.each<[ReasonOf<RenewResult>, RegExp]>([
    ['LEASE_NOT_FOUND', new RegExp(`there is no lease ${LEASE_ID}.*create a new lease`)],
    ['NOT_LEASE_HOLDER', /belongs to another service: give the service_id that created it/],
    ['LEASE_ENDED', /has ended and no renewal can bring it back.*create a new lease/],
  ])('renew: %s', async (reason, says) => {
    const { store, service } = setUp();
    store.onRenew = () => refused(reason);
    expect(await service.renew(renew())).toEqual({
      ok: false,
      refusal: { reason, message: expect.stringMatching(says) as string },
    });
  });

  it.each<[ReasonOf<ReleaseResult>, 'COLLECT' | 'KEEP', RegExp]>([
    ['LEASE_NOT_FOUND', 'COLLECT', /there is no lease/],
    ['NOT_LEASE_HOLDER', 'COLLECT', /belongs to another service/],
    ['LEASE_ENDED', 'COLLECT', /not with COLLECT: nothing is left to do/],
    ['LEASE_ENDED', 'KEEP', /not with KEEP: its object may be gone; to keep it, create a new lease/],
    ['CLEANUP_OWNED', 'KEEP', /release with COLLECT; lease .* is still active/],
  ])('release: %s after %s', async (reason, disposition, says) => {
    const { store, service } = setUp();
    store.onRelease = () => refused(reason);
    expect(await service.release(release({ disposition }))).toEqual({
      ok: false,
      refusal: { reason, message: expect.stringMatching(says) as string },
    });
  });

  it('get: LEASE_NOT_FOUND', async () => {
    const { store, service } = setUp();
    store.onGet = () => ({ now: NOW });
    const answer = await service.get(LEASE_ID);
    expect(answer).toMatchObject({ ok: false, refusal: { reason: 'LEASE_NOT_FOUND' } });
  });

  it('passes on when to try again', async () => {
    const { store, service } = setUp();
    store.onCreate = () => refused('OBJECT_BEING_COLLECTED', 1_250);
    expect(await service.create(create())).toMatchObject({ refusal: { retryAfterMs: 1_250 } });
  });

  it('cuts and escapes ids that it repeats', async () => {
    const { store, service } = setUp();
    store.onCreate = () => refused('OBJECT_BEING_COLLECTED');
    const answer = await service.create(create({ object: { type: 'blob', id: '"'.repeat(512) } }));
    expect(answer).toMatchObject({
      refusal: { message: expect.stringContaining(`blob "${'\\"'.repeat(30)}..." is`) as string },
    });
  });
});
