import { randomUUID } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { aLease, anObject, expectRefusal, type RawClient, type RawLease } from '../../helpers/index.js';
import { onEachStorage, type Stage } from './on-each-storage.js';

const BAD_TOKEN = { code: 'INVALID_ARGUMENT', reason: 'INVALID_REQUEST', fields: ['page_token'] };

/** Every page of the listing, and what was done between two of them. */
async function pages(
  client: RawClient,
  filter: object,
  between: (page: number) => Promise<unknown> = () => Promise.resolve(),
): Promise<(readonly RawLease[])[]> {
  const all: (readonly RawLease[])[] = [];
  let page_token = '';
  do {
    const { leases, next_page_token } = await client.call('ListLeases', { ...filter, page_token });
    all.push(leases);
    page_token = next_page_token;
    await between(all.length);
  } while (page_token !== '');
  return all;
}

function idsOf(leases: readonly { readonly lease_id: string }[]): string[] {
  return leases.map(({ lease_id }) => lease_id).sort();
}

/** As many leases as asked for, of a service of their own. */
async function population(stage: Stage, count: number) {
  const service_id = `service-${randomUUID()}`;
  const requests = Array.from({ length: count }, () => aLease({ service_id }));
  await stage.client.call('BatchCreateLeases', { requests });
  return { service_id, requests };
}

onEachStorage((stage) => {
  it('each filter lists what it names, and all of them together', async () => {
    const { client } = stage;
    const service_id = `service-${randomUUID()}`;
    const blob = { type: `blob-${randomUUID()}`, id: 'x' };
    const active = aLease({ service_id, object: blob });
    const released = aLease({ service_id, object: blob });
    const expired = aLease({ service_id, object: { ...blob, id: 'y' }, ttlMs: 200 });
    const foreign = aLease({ object: { ...blob, type: `${blob.type}s` }, service_id: `${service_id}s` });
    const requests = [active, released, expired, foreign];
    await client.call('BatchCreateLeases', { requests });
    await client.call('ReleaseLease', released);
    await expect
      .poll(async () => (await client.call('GetLease', expired)).lease.state)
      .toBe('LEASE_STATE_EXPIRED');

    for (const [filter, expected] of [
      [{ service_id }, [active, released, expired]],
      [{ object_type: blob.type }, [active, released, expired]],
      [{ object_type: blob.type, object_id: 'x' }, [active, released]],
      [{ service_id, state: 'LEASE_STATE_ACTIVE' }, [active]],
      [{ service_id, state: 'LEASE_STATE_RELEASED' }, [released]],
      [{ object_type: blob.type, state: 'LEASE_STATE_EXPIRED' }, [expired]],
      [{ service_id, object_type: blob.type, object_id: 'x', state: 'LEASE_STATE_ACTIVE' }, [active]],
      [{ service_id: `${service_id}s` }, [foreign]],
      [{ service_id, object_type: foreign.object.type }, []],
    ] as const) {
      const { leases, next_page_token } = await client.call('ListLeases', filter);
      expect(idsOf(leases), JSON.stringify(filter)).toEqual(idsOf(expected));
      expect(next_page_token).toBe('');
    }
    const { leases } = await client.call('ListLeases', { service_id, object_type: blob.type });
    for (const lease of leases) expect((await client.call('GetLease', lease)).lease).toEqual(lease);
  });

  it('a page has 100 leases unless another size is asked for, and at most 1,000', async () => {
    const { service_id, requests } = await population(stage, 1_000);
    const more = aLease({ service_id });
    await stage.client.call('CreateLease', more);
    const sizes = async (page_size?: number) =>
      (await pages(stage.client, { service_id, page_size })).map(({ length }) => length);
    expect(await sizes()).toEqual([...Array<number>(10).fill(100), 1]);
    expect(await sizes(0)).toEqual([...Array<number>(10).fill(100), 1]);
    expect(await sizes(700)).toEqual([700, 301]);
    for (const tooMany of [1_001, 2 ** 31, 2 ** 32 - 1]) expect(await sizes(tooMany)).toEqual([1_000, 1]);
    const all = await pages(stage.client, { service_id, page_size: 333 });
    expect(idsOf(all.flat())).toEqual(idsOf([...requests, more]));
  });

  it('what is there from the first page to the last is listed exactly once, whatever happens meanwhile', async () => {
    const { client } = stage;
    const { service_id, requests } = await population(stage, 60);
    const all = await pages(client, { service_id, page_size: 7 }, async (page) => {
      const [renewed, ended] = [requests[page], requests[59 - page]];
      await client.call('CreateLease', aLease({ service_id }));
      await client.call('RenewLease', { ...renewed });
      await client.call('ReleaseLease', { ...ended });
    });
    const listed = idsOf(all.flat());
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed).toEqual(expect.arrayContaining(idsOf(requests)));
  });

  it('S3: a page shows the leases as they are now', async () => {
    const { service_id, requests } = await population(stage, 4);
    const filter = { service_id, page_size: 2, state: 'LEASE_STATE_ACTIVE' };
    const all = await pages(stage.client, filter, async (page) => {
      if (page > 1) return;
      for (const request of requests) await stage.client.call('ReleaseLease', request);
    });
    expect(all[0]).toHaveLength(2);
    expect(all.slice(1).flat()).toEqual([]);
  });
});

onEachStorage((stage) => {
  let token = '';
  let filter = {};

  beforeAll(async () => {
    const { service_id } = await population(stage, 3);
    filter = { service_id, page_size: 1 };
    token = (await stage.client.call('ListLeases', filter)).next_page_token;
  });

  it('a token goes on with any page size', async () => {
    for (const page_size of [1, 2, 1_000]) {
      const { leases } = await stage.client.call('ListLeases', { ...filter, page_size, page_token: token });
      expect(leases).toHaveLength(Math.min(page_size, 2));
    }
  });

  it('a token that was cut or changed anywhere is refused', async () => {
    const swap = (at: number) => token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
    const wrong = [
      ...Array.from({ length: token.length }, (_, at) => swap(at)),
      ...[1, token.length >> 1, token.length - 1].map((length) => token.slice(0, length)),
      ...[`${token}A`, `${token}=`, ` ${token}`, token + token, token.toLowerCase()],
      ...['garbage', '0', '\u0000', 'é', '../..', 'A'.repeat(5_000)],
    ];
    for (const page_token of wrong) {
      const call = stage.client.call('ListLeases', { ...filter, page_token });
      await expectRefusal(call, BAD_TOKEN);
    }
  });

  it('a token of one filter is refused with any other', async () => {
    const others = [
      { service_id: 'another' },
      { service_id: '' },
      { object_type: 'blob' },
      { object_type: 'blob', object_id: 'x' },
      { state: 'LEASE_STATE_ACTIVE' },
    ];
    for (const other of others) {
      const call = stage.client.call('ListLeases', { ...filter, ...other, page_token: token });
      await expectRefusal(call, BAD_TOKEN);
    }
  });

  it('a page that metadata makes large is cut to what any client can receive, and nothing is lost', async () => {
    const service_id = `service-${randomUUID()}`;
    const metadata = Object.fromEntries(
      Array.from({ length: 50 }, (_, i) => [`key-${i}`, 'x'.repeat(1_024)]),
    );
    const requests = Array.from({ length: 60 }, () =>
      aLease({ service_id, metadata, object: anObject('blob') }),
    );
    for (const request of requests) await stage.client.call('CreateLease', request);
    // 60 leases of 51 KiB are 3 MiB; so are 60 more.
    const more = requests.map((request) => ({ ...request, lease_id: randomUUID() }));
    for (const request of more) await stage.client.call('CreateLease', request);
    const all = await pages(stage.client, { service_id, page_size: 1_000 });
    expect(all.length).toBeGreaterThan(1);
    expect(idsOf(all.flat())).toEqual(idsOf([...requests, ...more]));
  });
});
