import { LeaseClient } from '@lease/client';
import { expect, it } from 'vitest';
import {
  aLease,
  anObject,
  duration,
  eventually,
  expectAttempts,
  httpCleanup,
  operations,
  RawClient,
  startMock,
  startServer,
} from '../../helpers/index.js';
import { clutter } from '../../helpers/clutter.js';
import { HealthWatch } from '../../helpers/health.js';
import { freshSchema, startPostgres } from '../../helpers/postgres/index.js';

const LIMIT_MS = 6_000;

/** For the signal, and for the exit of a process on a busy machine. */
const SLACK_MS = 2_500;

/** The components that end together, in the order of their turns. */
const TURNS = [
  ['readiness'],
  ['calls', 'collector'],
  ['grpc executor', 'grpc sockets', 'http executor'],
  ['http pages'],
  ['store'],
];

interface Stopped {
  readonly clean: boolean;
  readonly durationMs: number;
  readonly components: readonly {
    readonly name: string;
    readonly outcome: string;
    readonly durationMs: number;
  }[];
}

it(
  'L6, F4: idle, stuck and streaming clients, a callback and a database that hang, and holds: all at once, in order, in time',
  { timeout: 60_000 },
  async () => {
    await using postgres = await startPostgres();
    await using mock = await startMock({ script: 'hang' });
    const { schema } = freshSchema();
    await using server = await startServer({
      ...{ storage: 'postgres', database: { url: postgres.url, schema } },
      flags: ['--drain-limit', `${LIMIT_MS}ms`],
    });
    using client = new RawClient(server.grpc);
    using health = new HealthWatch(server.grpc, '');
    const sdk = new LeaseClient({ address: server.grpc, serviceId: 'sdk' });
    const hold = await sdk.hold({ object: anObject(), ttlMs: 60_000 });
    const hung = aLease({ cleanup: httpCleanup(mock, { retry: { attempt_timeout: duration(30_000) } }) });
    await client.call('CreateLease', hung);
    await client.call('ReleaseLease', hung);
    await expectAttempts(mock, hung.object, 1);
    await clutter(server);
    await eventually(() => expect(health.seen).toEqual(['SERVING']));
    postgres.pause();
    // A call that the database keeps waiting.
    const stuck = client.call('CreateLease', aLease()).catch((error: unknown) => error);
    // Takes 2 s: by then the call has come to the database.
    expect((await operations(server, '/readyz')).text).toContain('store: ');

    const startMs = performance.now();
    expect(await server.kill('SIGTERM'), server.child.output).toEqual({ code: 0, signal: null });
    expect(performance.now() - startMs).toBeLessThan(LIMIT_MS + SLACK_MS);
    expect(health.seen).toEqual(['SERVING', 'NOT_SERVING']);
    expect(await stuck).toMatchObject({ code: 'UNAVAILABLE' });

    const line = server.child.output.split('\n').find((text) => text.includes('"msg":"stopped"'));
    const { clean, durationMs, components } = JSON.parse(line ?? '{}') as Stopped;
    expect(clean).toBe(false);
    expect(durationMs).toBeLessThanOrEqual(LIMIT_MS + 500);
    // Whoever is slow delays those of later turns, and overtakes nobody.
    const names = components.map(({ name }) => name);
    const order = TURNS.map(({ length }) => names.splice(0, length).sort());
    expect(order).toEqual(TURNS);
    const outcomes = new Map(components.map(({ name, outcome }) => [name, outcome]));
    expect(outcomes.get('readiness')).toBe('stopped');
    // They wait for the database, which answers nobody; what comes after them has what is left of the limit, if anything.
    expect(outcomes.get('collector'), line).toMatch(/^(cut short|left behind)$/);
    expect(outcomes.get('store'), line).toMatch(/^(cut short|left behind|not begun)$/);
    for (const { durationMs: tookMs } of components) expect(tookMs).toBeLessThanOrEqual(durationMs + 1);

    // Nothing of it is lost: the server comes back, and the holder goes on.
    postgres.resume();
    await server.restart();
    expect(hold.state).toBe('held');
    await hold.release();
    expect(hold.lease.state).toBe('RELEASED');
    sdk.close();
    const { lease } = await client.call('GetLease', hung);
    expect(lease.state).toBe('LEASE_STATE_RELEASED');
  },
);
