import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { egressGuard, type EgressGuardOptions } from '../../src/http/index.js';
import { ManualClock } from '../../src/testing/index.js';

const http = (url: string) => ({ kind: 'http', url, headers: new Map(), notFoundIsDone: false }) as const;
const never = new AbortController().signal;

/** A guard whose resolver gives these answers, one after the other; an error is thrown. */
function setUp(options: Partial<EgressGuardOptions>, ...answers: readonly (readonly string[] | Error)[]) {
  const clock = new ManualClock();
  const left = [...answers];
  const asked: string[] = [];
  const guard = egressGuard({
    allowLoopback: false,
    clock,
    ...options,
    resolveName: (name) => {
      asked.push(name);
      const answer = left.shift() ?? new Error('the test has no further answer');
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  });
  return { ...guard, clock, asked };
}

const PUBLIC = ['93.184.216.34'];
const NXDOMAIN = Object.assign(new Error('getaddrinfo ENOTFOUND a.test'), { code: 'ENOTFOUND' });

describe('egressGuard', () => {
  test('needs no promise and asks nobody where the spelling says it all', () => {
    const { admitTarget, asked } = setUp({ allowLoopback: true, allow: ['db.example'] });
    expect(admitTarget({ kind: 'handler' })).toBeUndefined();
    expect(admitTarget(http('http://127.0.0.1/'))).toBeUndefined();
    expect(admitTarget(http('http://a.localhost./'))).toBeUndefined();
    expect(admitTarget(http('http://10.0.0.1/'))).toMatch('private');
    expect(admitTarget(http('http://other.example/'))).toMatch('not allowed');
    expect(admitTarget(http('http://metadata.goog/'))).toMatch('metadata');
    expect(asked).toEqual([]);
  });

  test('takes localhost to loopback, whatever a name server would say', async () => {
    const { route, asked } = setUp({ allowLoopback: true }, PUBLIC);
    expect(await route(http('http://db.localhost:8080/'), 1_000, never)).toEqual({
      kind: 'open',
      addresses: ['127.0.0.1', '::1'],
      name: 'db.localhost',
    });
    expect(asked).toEqual([]);
  });

  test('knows for 5 s what a create has asked for, and asks anew at every attempt', async () => {
    const { admitTarget, route, clock, asked } = setUp(
      { allow: ['public'] },
      ...[PUBLIC, ['10.0.0.1'], PUBLIC, ['10.0.0.2']],
    );
    const target = http('http://a.test/');
    expect(await admitTarget(target)).toBeUndefined();
    expect(admitTarget(target)).toBeUndefined();
    expect(await route(target, 1_000, never)).toMatchObject({
      result: { abandonReason: 'TARGET_FORBIDDEN' },
    });
    expect(await route(target, 1_000, never)).toMatchObject({ addresses: PUBLIC });
    expect(asked).toHaveLength(3);
    await clock.advance(5_000);
    expect(await admitTarget(target)).toMatch('private');
    expect(admitTarget(target)).toMatch('private');
    expect(asked).toHaveLength(4);
  });

  test('remembers the latest 1,000 names', async () => {
    const asked: string[] = [];
    const { admitTarget } = egressGuard({
      allowLoopback: false,
      allow: ['public'],
      resolveName: (name) => Promise.resolve(asked.push(name) > 0 ? PUBLIC : []),
    });
    for (let i = 0; i <= 1_000; i++) await admitTarget(http(`http://n${i}.test/`));
    expect(admitTarget(http('http://n1.test/'))).toBeUndefined();
    expect(admitTarget(http('http://n0.test/'))).toBeInstanceOf(Promise);
    expect(asked).toHaveLength(1_002);
  });

  test.each([
    ['public', ['public']],
    ['its name', ['a.test']],
    ['a suffix', ['.test']],
  ])(
    'a name that does not resolve is admitted by %s, and the attempt waits for better times',
    async (_, allow) => {
      const { admitTarget, route } = setUp({ allow }, NXDOMAIN, NXDOMAIN, PUBLIC);
      expect(await admitTarget(http('http://a.test/'))).toBeUndefined();
      expect(await route(http('http://a.test/'), 1_000, never)).toEqual({
        kind: 'closed',
        result: { kind: 'retry', contact: 'unreached', detail: 'the host does not resolve: ENOTFOUND' },
      });
      expect(await route(http('http://a.test/'), 1_000, never)).toMatchObject({ addresses: PUBLIC });
    },
  );

  test('one that could be allowed by its addresses only is refused, and an attempt at it is no failure', async () => {
    const { admitTarget, route } = setUp({ allow: ['10.0.0.0/8'] }, NXDOMAIN, NXDOMAIN, ['10.0.0.1']);
    expect(await admitTarget(http('http://a.test/'))).toBe(
      'does not resolve (ENOTFOUND), and no allow entry names it',
    );
    expect(await route(http('http://a.test/'), 1_000, never)).toMatchObject({ result: { kind: 'retry' } });
    expect(await route(http('http://a.test/'), 1_000, never)).toMatchObject({ addresses: ['10.0.0.1'] });
  });

  test('a create waits 2 s for a name server, and a batch no longer', async () => {
    const clock = new ManualClock();
    const { admitTarget } = egressGuard({
      allowLoopback: false,
      allow: ['10.0.0.0/8'],
      clock,
      resolveName: () => new Promise(() => undefined),
    });
    const all = Array.from({ length: 1_000 }, (_, i) => admitTarget(http(`http://n${i}.test/`)));
    await clock.advance(2_000);
    for (const objection of await Promise.all(all.map((each) => Promise.resolve(each))))
      expect(objection).toMatch('no answer within 2000 ms');
    expect(clock.pending).toBe(0);
  });

  test('ports of our own may be added when they are bound', () => {
    const ownPorts = new Set<number>();
    const { admitTarget } = egressGuard({ allowLoopback: true, ownPorts });
    expect(admitTarget(http('http://127.0.0.1:9092/'))).toBeUndefined();
    ownPorts.add(9092);
    expect(admitTarget(http('http://127.0.0.1:9092/'))).toBe('is this server itself');
  });

  test('this machine is where its interfaces are', () => {
    const addresses = Object.values(networkInterfaces()).flatMap((all = []) => all);
    expect(addresses.length).toBeGreaterThan(0);
    const { admitTarget } = egressGuard({
      allowLoopback: true,
      allow: ['0.0.0.0/0', '::/0'],
      ownPorts: new Set([9090]),
    });
    for (const { address, family } of addresses) {
      const host = family === 'IPv6' ? `[${address}]` : address;
      expect(admitTarget(http(`http://${host}:9090/`))).toBe('is this server itself');
      expect(admitTarget(http(`http://${host}:9091/`))).toBeUndefined();
    }
  });

  test.each([
    '',
    ' ',
    '*',
    '.',
    '*.',
    '*.*.example.com',
    'exa mple.com',
    'http://example.com',
    'example.com/path',
    'example.com:443',
    'user@example.com',
    '10.1',
    '010.0.0.1',
    '0x7f.0.0.1',
    '2130706433',
    '256.0.0.1',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0/8',
    'fd00::/129',
    '::ffff:10.0.0.0/104',
    'fe80::1%eth0',
    '[::1',
    '.10.0.0.1',
    'a..b',
  ])('refuses the allow entry %j and names it', (entry) => {
    expect(() => egressGuard({ allowLoopback: true, allow: ['public', entry] })).toThrow(RangeError);
    expect(() => egressGuard({ allowLoopback: true, allow: [entry] })).toThrow(`allow entry "${entry}"`);
  });
});
