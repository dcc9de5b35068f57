import type { Stats } from '@lease/client';
import { describe, expect, it } from 'vitest';
import type { Call } from './endpoint.js';
import { type Evidence, judge } from './judge.js';
import { type Entry, Ledger } from './ledger.js';
import type { ClaimRow, FinishedRow, LeaseRow } from './tables.js';

/** One life: a lease was taken at 1,000, released at 2,000, and its object collected at 2,010. */
interface History {
  entry: Entry;
  lease: LeaseRow;
  call: Call;
  finished: FinishedRow;
  calls: Call[];
  lost: ClaimRow[];
  unsettled: ClaimRow[];
  stale: number;
}

function legal(): History {
  const object = { objectKey: 'blob/1', generation: 7 };
  const call = { ...object, cleanupId: 'c', fence: 8, attempt: 1, arrivedMs: 2_010 };
  return {
    entry: {
      leaseId: 'l',
      objectKey: 'blob/1',
      created: { generation: 7, createMs: 1_000 },
      expireMs: 5_000,
      renewals: 1,
      releaseSentMs: 2_000,
      released: true,
    },
    lease: {
      leaseId: 'l',
      objectKey: 'blob/1',
      state: 'RELEASED',
      expireMs: 5_000,
      endMs: 2_001,
      renewals: 1,
    },
    finished: { ...object, cleanupId: 'c', state: 'COLLECTED' },
    call,
    calls: [call],
    lost: [],
    unsettled: [],
    stale: 0,
  };
}

function statsOf({ lease, finished, lost, stale }: History): Stats {
  const is = (holds: boolean) => (holds ? 1 : 0);
  const collected = is(finished.state === 'COLLECTED');
  return {
    leases: {
      created: 1,
      active: is(lease.state === 'ACTIVE'),
      released: is(lease.state === 'RELEASED'),
      expired: is(lease.state === 'EXPIRED'),
      renewals: lease.renewals,
    },
    cleanups: {
      ...{ ended: 1, collected, abandoned: 0, open: 0, revived: 1 - collected },
      ...{ kept: 0, forgotten: 0, due: 0, claimed: 0 },
    },
    attempts: {
      ...{ claimed: collected + lost.length, done: collected, retried: 0, failed: 0 },
      ...{ unstarted: 0, lost: lost.length, stale },
    },
    heldObjects: 0,
    serverTime: new Date(0),
  };
}

function judgeOf(history: History, change: Partial<Evidence> = {}): readonly string[] {
  const ledger = new Ledger();
  ledger.entries.push(history.entry);
  const { calls, lease, finished, lost, unsettled } = history;
  const stats = statsOf(history);
  return judge({
    ledger,
    calls,
    leases: [lease],
    finished: [finished],
    lost,
    failed: [],
    unsettled,
    stats,
    ...change,
  });
}

describe('the judge of a cluster', () => {
  it('finds nothing wrong with a legal history', () => {
    expect(judgeOf(legal())).toEqual([]);
  });

  it('allows a second call for a claim that was lost with its replica', () => {
    const history = legal();
    history.calls.push({ ...history.call, fence: 9, attempt: 2, arrivedMs: 2_500 });
    history.lost.push({ cleanupId: 'c', fence: 8, claimMs: 2_005 });
    history.unsettled.push(...history.lost);
    expect(judgeOf(history)).toEqual([]);
  });

  it('knows nothing of a lease whose create was not answered', () => {
    const history = legal();
    delete history.entry.created;
    expect(judgeOf(history)).toEqual([]);
  });

  const illegal: readonly (readonly [promise: string, what: string, change: (history: History) => void])[] = [
    ['S11', 'an acknowledged create is not there', (h) => (h.lease = { ...h.lease, leaseId: 'other' })],
    [
      'S11',
      'an acknowledged release is lost',
      (h) => (h.lease = { ...h.lease, state: 'EXPIRED', endMs: 6_000 }),
    ],
    ['S11', 'an acknowledged renewal is lost', (h) => (h.lease = { ...h.lease, renewals: 0 })],
    ['S11', 'an acknowledged expire time is lost', (h) => (h.lease = { ...h.lease, expireMs: 4_999 })],
    [
      'S3',
      'a lease was released by nobody',
      (h) => delete h.entry.releaseSentMs && (h.entry.released = false),
    ],
    [
      'S2',
      'a lease expired early',
      (h) => {
        delete h.entry.releaseSentMs;
        h.entry.released = false;
        h.lease = { ...h.lease, state: 'EXPIRED', endMs: 4_999 };
      },
    ],
    ['L1', 'a lease never ended', (h) => (h.lease = { ...h.lease, state: 'ACTIVE' })],
    [
      'S1',
      'an object was collected before its release',
      (h) => (h.calls = [{ ...h.call, arrivedMs: 1_999 }]),
    ],
    ['S6', 'a life was never collected', (h) => (h.finished = { ...h.finished, generation: 6 })],
    ['S6', 'a collected object was never called for', (h) => (h.calls = [])],
    ['S7', 'an attempt came twice', (h) => h.calls.push({ ...h.call })],
    [
      'S7',
      'a cleanup changed its object',
      (h) => h.calls.push({ ...h.call, attempt: 2, fence: 9, objectKey: 'x' }),
    ],
    ['S9', 'a call was repeated without a fault', (h) => h.calls.push({ ...h.call, attempt: 2, fence: 9 })],
    ['S9', 'a living replica lost a claim', (h) => h.lost.push({ cleanupId: 'c', fence: 8, claimMs: 0 })],
    ['S8', 'an outcome was refused that nobody planned', (h) => (h.stale = 1)],
  ];

  it.each(illegal)('%s: sees that %s', (promise, _what, change) => {
    const history = legal();
    change(history);
    expect(judgeOf(history).map((violation) => violation.split(':')[0])).toContain(promise);
  });

  it('S16: sees totals that are off by one', () => {
    const history = legal();
    const stats = statsOf(history);
    const wrong = judgeOf(history, { stats: { ...stats, leases: { ...stats.leases, created: 2 } } });
    expect(wrong).toEqual(['S16: created, and rows: 2 is not 1']);
  });
});
