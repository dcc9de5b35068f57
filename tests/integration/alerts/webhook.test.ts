import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { expect, it, onTestFinished } from 'vitest';
import { aLease, eventually, httpCleanup, RawClient, startMock, startServer } from '../../helpers/index.js';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

interface Notice {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An operator's receiver, which answers as it is told. */
async function startReceiver(statusOf: (count: number) => number) {
  const notices: Notice[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      notices.push({ headers: request.headers, body });
      response.writeHead(statusOf(notices.length)).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { notices, url: `http://127.0.0.1:${port}/alerts?token=t0ken-in-the-url` };
}

it('an alert is posted as it fires and as it ends, signed, again until it is taken, under one id', async () => {
  const receiver = await startReceiver((count) => (count === 1 ? 500 : 204));
  await using mock = await startMock({ script: '400' });
  await using server = await startServer({
    storage: 'memory',
    env: { LEASE_ALERT_WEBHOOK: receiver.url, LEASE_SIGNING_SECRETS: SECRET },
  });
  using client = new RawClient(server.grpc);
  const lease = aLease({ cleanup: httpCleanup(mock) });
  await client.call('CreateLease', lease);
  await client.call('ReleaseLease', lease);
  const { notices } = receiver;
  await eventually(() => expect(notices.length).toBeGreaterThanOrEqual(2), { deadlineMs: 20_000 });
  await client.call('CreateLease', { ...aLease(), object: lease.object });
  await eventually(() => expect(notices.at(-1)?.body).toContain('lease.alert.resolved'), {
    deadlineMs: 30_000,
  });

  const webhook = new Webhook(SECRET);
  const verified = notices.map(
    ({ headers, body }) =>
      webhook.verify(body, headers as Record<string, string>) as {
        readonly type: string;
        readonly data: { readonly name: string };
      },
  );
  expect(verified.map(({ type, data }) => `${type} ${data.name}`)).toEqual([
    'lease.alert.firing LeaseCleanupsAbandoned',
    'lease.alert.firing LeaseCleanupsAbandoned',
    'lease.alert.resolved LeaseCleanupsAbandoned',
  ]);
  const ids = notices.map(({ headers }) => headers['webhook-id']);
  expect(ids[1], 'the first was not taken').toBe(ids[0]);
  expect(ids[2]).not.toBe(ids[0]);
  expect(notices[1]?.body).toBe(notices[0]?.body);
  await server.stop();
  expect(server.child.output, 'a token in a URL is a secret').not.toContain('t0ken-in-the-url');
});
