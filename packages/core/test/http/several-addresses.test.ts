import { describe, expect, test } from 'vitest';
import { egressGuard, HttpExecutor } from '../../src/http/index.js';
import { SlowAddresses } from '../../src/http/slow-addresses.js';
import { DEFAULT_RETRY_POLICY } from '../../src/index.js';
import { ManualClock } from '../../src/testing/index.js';
import { httpClaim } from './endpoint.js';
import { eachTest, type Fixture } from './fixture.js';
import { interceptConnections } from './intercept.js';
import { startSlowToAccept } from './slow-to-accept.js';

let on: Fixture;
eachTest((fixture) => (on = fixture));

function resolving(...addresses: string[]) {
  const resolveName = () => Promise.resolve(addresses);
  const guard = egressGuard({ allowLoopback: true, allow: ['.test'], clock: on.clock, resolveName });
  on.executor = new HttpExecutor({ clock: on.clock, guard });
}

function claimWithin(attemptTimeoutMs: number, port: string | number) {
  const claim = httpClaim(`http://several.test:${port}/`);
  return { ...claim, spec: { ...claim.spec, retry: { ...DEFAULT_RETRY_POLICY, attemptTimeoutMs } } };
}

describe('a name with several addresses', () => {
  test.each([
    ['of one family', '127.0.0.4'],
    ['of both', '::1'],
  ])('%s is reached at the only one that is served, however long that takes to accept', async (_, other) => {
    const endpoint = await on.opened(startSlowToAccept());
    resolving('127.0.0.1', other);
    expect(await on.execute(claimWithin(10_000, endpoint.port))).toMatchObject({ kind: 'done' });
  });

  test('is tried last at the one that did not accept in time', async () => {
    const { port, close } = await startSlowToAccept();
    resolving('127.0.0.1', '127.0.0.4');
    // Half of it is what the first one has, which is less than it takes.
    await on.execute(claimWithin(600, port));
    await close();
    const connections = interceptConnections();
    await on.execute(claimWithin(600, port));
    expect(connections).toEqual([{ port, addresses: ['127.0.0.4', '127.0.0.1'] }]);
  });
});

describe('SlowAddresses', () => {
  test('are slow at one port, until somebody accepts there', () => {
    const slow = new SlowAddresses(new ManualClock());
    slow.found('a', 443);
    expect(slow.last(['a', 'b'], 443)).toEqual(['b', 'a']);
    expect(slow.last(['a', 'b'], 80)).toEqual(['a', 'b']);
    slow.accepted('a', 443);
    expect(slow.last(['a', 'b'], 443)).toEqual(['a', 'b']);
  });

  test('are last for ten minutes, and among themselves in their order', async () => {
    const clock = new ManualClock();
    const slow = new SlowAddresses(clock);
    slow.found('b', 80);
    await clock.advance(300_000);
    slow.found('a', 80);
    expect(slow.last(['a', 'b', 'c'], 80)).toEqual(['c', 'a', 'b']);
    await clock.advance(300_000);
    expect(slow.last(['a', 'b', 'c'], 80)).toEqual(['b', 'c', 'a']);
    await clock.advance(300_000);
    expect(slow.last(['a', 'b', 'c'], 80)).toEqual(['a', 'b', 'c']);
  });

  test('are a thousand at most, the latest found', () => {
    const slow = new SlowAddresses(new ManualClock());
    for (let i = 0; i <= 1_000; i++) slow.found(`a${i}`, 80);
    expect(slow.last(['a1', 'a0'], 80)).toEqual(['a0', 'a1']);
  });
});
