import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { aLease } from '../../helpers/builders.js';
import { eventually } from '../../helpers/eventually.js';
import { memoryOf, openOf } from '../../helpers/process-figures.js';
import { Site, type SiteOptions, type Storage } from '../site.js';
import { takeLeases } from '../take-leases.js';
import { askingRows } from './asking-rows.js';
import { cleanupFor } from './cleanup-for.js';
import { Connections, close, listen } from './connections.js';
import { grpcRows } from './grpc-rows.js';
import { httpRows } from './http-rows.js';
import { judgeRecords } from './judge-records.js';
import { judgeRow } from './judge-row.js';
import { readPerAnswer } from './read-per-answer.js';
import { redirectRows } from './redirect-rows.js';
import type { End, HostileEndpoint, HostileRow } from './row.js';
import { unreachedRows } from './unreached-rows.js';

export interface SiegeOptions extends Pick<SiteOptions, 'storage' | 'database'> {
  /** Each with endpoints of its own. The last one is measured against the first. */
  readonly rounds: number;
  /** Cleanups at each endpoint. Few: who is called in vain too often is passed over for a while. */
  readonly perEndpoint: number;
  readonly progress?: (line: string) => void;
}

export interface SiegeReport {
  readonly storage: Storage;
  readonly behaviours: number;
  readonly rounds: number;
  readonly attempts: number;
  readonly trapContacts: number;
  /** An attempt that hangs has 1 s: so long it held its connection, at most. */
  readonly longestHangMs: number;
  /** Bytes that the server read for each answer of 10 GB. */
  readonly readOf10Gb: number;
  /** Of the server, its sockets to the database left out: after the first round, and after the last. */
  readonly descriptors: readonly [first: number, last: number];
  readonly rssMb: readonly number[];
  readonly violations: readonly string[];
}

/** What a round may leave behind: 64 idle gRPC channels are kept for the next attempt, with no socket. */
const MORE_DESCRIPTORS = 4;
const MAX_MB = 256;
/** From the second round to the last. */
const MAX_GROWTH_MB = 48;
/** 64 KB of the body, one more read that was under way, and what else a server reads meanwhile. */
const MAX_READ = 256 * 1_024;

/** A server that collects its garbage late looks like one that keeps it: 7,000 attempts in such a heap end at 140 MB. */
const SMALL_HEAP = '--max-old-space-size=64';

/** F9: real servers call endpoints that do everything but answer. */
export async function siege(options: SiegeOptions): Promise<SiegeReport> {
  const { storage, rounds, perEndpoint, database, progress = () => undefined } = options;
  const flags = ['--max-leases-per-service', '1000000'];
  await using site = await Site.open({
    storage,
    flags,
    nodeOptions: SMALL_HEAP,
    ...(database && { database }),
  });
  const pid = site.replicas[0]?.pid ?? 0;
  const trap = createServer();
  const trapped = new Connections(trap);
  let trapContacts = 0;
  trap.on('connection', () => (trapContacts += 1));
  const rows = [
    ...httpRows,
    ...askingRows,
    ...redirectRows(await listen(trap)),
    ...grpcRows,
    ...unreachedRows,
  ];

  const violations: string[] = [];
  const descriptors: number[] = [];
  const rssMb: number[] = [];
  const objects = new Map<string, HostileRow>();
  const hangsMs: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    violations.push(...(await besiege(site, rows, perEndpoint, objects, hangsMs)));
    descriptors.push(descriptorsOf(site, pid));
    rssMb.push(memoryOf(pid).rssMb);
    progress(`${storage}: round ${round} of ${rounds}, ${rssMb.at(-1) ?? 0} MB`);
  }
  const readOf10Gb = await readPerAnswer(site, pid);
  await close(trap, trapped);

  const { attempts } = await site.stats();
  const [first = 0, second = first] = rssMb;
  const limits: readonly [what: string, value: number, most: number][] = [
    ['contacts of the trap', trapContacts, 0],
    ['bytes read of 10 GB', readOf10Gb, MAX_READ],
    [
      'descriptors beyond those of the first round',
      Math.max(...descriptors) - (descriptors[0] ?? 0),
      MORE_DESCRIPTORS,
    ],
    ['MB', Math.max(...rssMb), MAX_MB],
    ['MB beyond those of the second round', (rssMb.at(-1) ?? 0) - second, MAX_GROWTH_MB],
    ['claims lost', attempts.lost, 0],
  ];
  for (const [what, value, most] of limits) {
    if (value > most) violations.push(`F9: ${what}: ${value}, not ${most}`);
  }
  violations.push(...(await site.close()), ...(await judgeRecords(site.home, objects)));
  return {
    ...{
      storage,
      behaviours: rows.length,
      rounds,
      attempts: attempts.done + attempts.retried + attempts.failed,
    },
    ...{
      trapContacts,
      longestHangMs: Math.round(Math.max(...hangsMs)),
      readOf10Gb,
      descriptors: [descriptors[0] ?? 0, descriptors.at(-1) ?? 0],
    },
    rssMb,
    violations,
  };
}

/** One round: every row with a listener of its own, some cleanups each, until all are over. */
async function besiege(
  site: Site,
  rows: readonly HostileRow[],
  perEndpoint: number,
  objects: Map<string, HostileRow>,
  hangsMs: number[],
): Promise<readonly string[]> {
  const endpoints = await Promise.all(rows.map(({ start }) => start()));
  try {
    const before = await site.stats();
    const ids = rows.map((row) => {
      const own = Array.from({ length: perEndpoint }, () => randomUUID());
      for (const id of own) objects.set(`blob/${id}`, row);
      return own;
    });
    const requests = rows.flatMap((row, at) =>
      (ids[at] ?? []).map((id) =>
        aLease({ object: { type: 'blob', id }, cleanup: cleanupFor(row, endpoints[at]) }),
      ),
    );
    await takeLeases(
      site.client,
      requests.length,
      (index) => requests[index] ?? {},
      (_, batch) => site.client.call('BatchReleaseLeases', { requests: batch }),
    );

    const count = (...ends: readonly End[]) =>
      rows.filter(({ end }) => ends.includes(end)).length * perEndpoint;
    const unreached = count('unreached');
    const collected = before.cleanups.collected + count('collected');
    const abandoned = before.cleanups.abandoned + count('terminal', 'exhausted', 'not-found');
    await eventually(
      async () => {
        const { cleanups } = await site.stats();
        if (cleanups.open > unreached)
          throw new Error(`${cleanups.open} cleanups are open, ${unreached} should be`);
      },
      { deadlineMs: 60_000, everyMs: 50 },
    );
    // Some at the end of the round have been in vain for long, and have cost no attempt.
    const { cleanups } = await site.stats();
    const violations: string[] = [];
    if (cleanups.collected !== collected)
      violations.push(`F9: ${cleanups.collected} cleanups are collected, not ${collected}`);
    if (cleanups.abandoned !== abandoned)
      violations.push(`F9: ${cleanups.abandoned} cleanups are abandoned, not ${abandoned}`);
    await withdraw(
      site,
      rows.flatMap((row, at) => (row.end === 'unreached' ? (ids[at] ?? []) : [])),
    );
    violations.push(...(await socketsClosed(rows, endpoints)));
    for (const [at, row] of rows.entries()) {
      const endpoint = endpoints[at];
      if (endpoint) violations.push(...judgeRow(row, endpoint, ids[at] ?? []));
      if (row.hangs) hangsMs.push(endpoint?.longestMs ?? 0);
    }
    return violations;
  } finally {
    await Promise.all(endpoints.map((endpoint) => endpoint[Symbol.asyncDispose]()));
  }
}

/** A new lease revives each object, which nobody reached, and keeps it: nothing is open afterwards. */
async function withdraw(site: Site, ids: readonly string[]): Promise<void> {
  await Promise.all(
    ids.map(async (id) => {
      const lease = aLease({ object: { type: 'blob', id } });
      // While an attempt is under way it is refused.
      const { revived } = await eventually(() => site.client.call('CreateLease', lease), {
        deadlineMs: 30_000,
      });
      if (!revived) throw new Error(`${id} was not due any more`);
      await site.client.call('ReleaseLease', { ...lease, disposition: 'DISPOSITION_KEEP' });
    }),
  );
}

/** Over HTTP idle connections are closed after a second; over gRPC they are the endpoint's to close. */
async function socketsClosed(
  rows: readonly HostileRow[],
  endpoints: readonly HostileEndpoint[],
): Promise<readonly string[]> {
  const open = () =>
    rows.flatMap(({ name }, at) => {
      const count = name.startsWith('HTTP') ? (endpoints[at]?.open ?? 0) : 0;
      return count > 0 ? [`F9: ${name}: ${count} connections are left open`] : [];
    });
  return eventually(
    () => {
      if (open().length > 0) throw new Error(open().join('; '));
      return [];
    },
    { deadlineMs: 5_000 },
  ).catch(open);
}

/** What the server has open, but for its connections to the database. */
function descriptorsOf({ home }: Site, pid: number): number {
  const { descriptors, peers } = openOf(pid);
  const database = home.storage === 'postgres' ? (peers.get(Number(new URL(home.url).port)) ?? 0) : 0;
  return descriptors - database;
}
