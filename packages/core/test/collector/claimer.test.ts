import { beforeEach, describe, expect, test } from 'vitest';
import type { CleanupClaim } from '../../src/index.js';
import { Claimer } from '../../src/collector/claimer.js';
import { FAILURES_TO_OPEN, FIRST_OPEN_MS } from '../../src/collector/breaker.js';
import { Breakers } from '../../src/collector/breakers.js';
import { PassedOver } from '../../src/collector/passed-over.js';
import { Slots } from '../../src/collector/slots.js';
import { ManualClock, seededRandom } from '../../src/testing/index.js';
import { claimsOf, ScriptedStore } from './scripted-store.js';

const A = { endpoint: 'http://a.test' };
const B = { endpoint: 'http://b.test' };
const C = { endpoint: 'http://c.test' };

let clock: ManualClock;
let scripted: ScriptedStore;
let slots: Slots;
let passedOver: PassedOver;
let breakers: Breakers;
let started: { claim: CleanupClaim; claimedMs: number }[];
let claimer: Claimer;

beforeEach(() => {
  clock = new ManualClock();
  scripted = new ScriptedStore();
  slots = new Slots(64, 16);
  passedOver = new PassedOver(clock);
  const tell = () => undefined;
  breakers = new Breakers({ clock, random: seededRandom(1), tell, maxConcurrent: 64 });
  started = [];
  claimer = new Claimer({
    store: scripted.store,
    slots,
    passedOver,
    breakers,
    clock,
    claimant: 'me',
    claimMs: 40_000,
    perEndpoint: 16,
    tell,
    start: (claim, claimedMs) => {
      slots.take(claim.endpoint);
      started.push({ claim, claimedMs });
    },
  });
});

/** Fails an endpoint until its breaker opens, then lets the open time pass. */
const trip = async (...endpoints: readonly string[]) => {
  for (const endpoint of endpoints.flatMap((each) => Array.from({ length: FAILURES_TO_OPEN }, () => each))) {
    const permit = breakers.admit(endpoint);
    if (permit) breakers.ended(permit, { kind: 'retry', contact: 'unreached' });
  }
  await clock.advance(FIRST_OPEN_MS);
};

const occupy = (endpoint: string, count: number) => {
  for (let taken = 0; taken < count; taken++) slots.take(endpoint);
};

/** The pace of a claim of so many, which start at once. */
const atMost = (batch: number) => ({
  batch,
  answered: () => Infinity,
  turn: () => Promise.reject(new Error('no turn is due')),
});

describe('Claimer', () => {
  test('asks for as many as there are free slots, and starts what it gets', async () => {
    scripted.due = claimsOf(3, A);
    expect(await claimer.claim()).toBe(3);
    expect(scripted.claims).toEqual([
      { claimant: 'me', limit: 64, perEndpointLimit: 16, busyEndpoints: [], claimMs: 40_000 },
    ]);
    expect(started.map(({ claim }) => claim.cleanupId)).toEqual(['c-1', 'c-2', 'c-3']);
    expect(claimer.more).toBe(false);
  });

  test('L4: starts as many as the pace allows, and others have a turn before the next', async () => {
    scripted.due = claimsOf(20, A);
    const startedBefore: number[] = [];
    const turns = [1, 3, 2, 1];
    const answered: number[] = [];
    const count = await claimer.claim({
      batch: 9,
      answered: (claims) => {
        answered.push(claims.length);
        return 2;
      },
      turn: () => {
        startedBefore.push(started.length);
        return Promise.resolve(turns.shift() ?? 0);
      },
    });
    expect(count).toBe(9);
    expect(answered).toEqual([9]);
    expect(startedBefore).toEqual([2, 3, 6, 8]);
    expect(started).toHaveLength(9);
  });

  test('L3: who had nothing due is asked again after 100 ms, though there is more after every claim', async () => {
    occupy(A.endpoint, 10);
    occupy(B.endpoint, 1);
    scripted.onClaim = ({ perEndpointLimit }) => claimsOf(perEndpointLimit, A);
    const isPassedOver = async () => {
      // Attempts end while others start: there is a slot again.
      const count = await claimer.claim({
        ...atMost(Infinity),
        answered: () => 1,
        turn: async () => {
          await Promise.resolve();
          slots.release(A.endpoint);
          return Infinity;
        },
      });
      for (let ended = 1; ended < count; ended += 1) slots.release(A.endpoint);
      expect(claimer.more).toBe(true);
      return scripted.claims.at(-1)?.busyEndpoints.includes(B.endpoint);
    };
    expect(await isPassedOver()).toBe(false);
    await clock.advance(99);
    expect(await isPassedOver()).toBe(true);
    await clock.advance(1);
    expect(await isPassedOver()).toBe(false);
  });

  test('reads the clock before the claim is sent', async () => {
    scripted.due = claimsOf(1);
    scripted.onClaim = async (claim) => {
      await clock.advance(3_000);
      return scripted.takeDue(claim);
    };
    await clock.advance(500);
    await claimer.claim();
    expect(started[0]?.claimedMs).toBe(500);
    expect(clock.monotonicMs()).toBe(3_500);
  });

  test('asks for nothing without a free slot', async () => {
    for (const { endpoint } of [A, B, C, { endpoint: 'http://d.test' }]) occupy(endpoint, 16);
    expect(await claimer.claim()).toBe(0);
    expect(scripted.claims).toEqual([]);
  });

  test('passes over endpoints that are full, and those that this process cannot serve', async () => {
    occupy(A.endpoint, 16);
    passedOver.add(B.endpoint, 60_000);
    scripted.due = [...claimsOf(2, A), ...claimsOf(2, B, 10), ...claimsOf(2, C, 20)];
    expect(await claimer.claim()).toBe(2);
    expect(scripted.claims[0]).toMatchObject({
      limit: 48,
      perEndpointLimit: 16,
      busyEndpoints: [A.endpoint, B.endpoint],
    });
  });

  test('never claims more of an endpoint than it has free slots', async () => {
    occupy(A.endpoint, 14);
    scripted.due = claimsOf(10, A);
    expect(await claimer.claim()).toBe(2);
    expect(scripted.claims[0]).toMatchObject({ limit: 50, perEndpointLimit: 2 });
    expect(claimer.more).toBe(false);
  });

  test('an endpoint that was cut short gets the rest in the next claim', async () => {
    occupy(A.endpoint, 15);
    scripted.due = [...claimsOf(3, A), ...claimsOf(20, B, 100)];
    // A has one slot free, so everybody gets one.
    expect(await claimer.claim()).toBe(2);
    expect(claimer.more).toBe(true);
    // Now A is full, and bounds nobody.
    expect(await claimer.claim()).toBe(15);
    expect(scripted.claims[1]).toMatchObject({ perEndpointLimit: 15, busyEndpoints: [A.endpoint] });
    expect(claimer.more).toBe(false);
    expect(slots.freeAt(B.endpoint)).toBe(0);
  });

  test('an endpoint with few free slots and nothing due bounds the others only once', async () => {
    occupy(A.endpoint, 15);
    scripted.due = claimsOf(16, B);
    expect(await claimer.claim()).toBe(1);
    expect(await claimer.claim()).toBe(15);
    expect(scripted.claims[1]).toMatchObject({ perEndpointLimit: 15, busyEndpoints: [A.endpoint] });
    expect(claimer.more).toBe(false);
    // The next round begins without that knowledge: something may be due there by then.
    slots.release(B.endpoint);
    await claimer.claim();
    expect(scripted.claims[2]?.busyEndpoints).toEqual([]);
  });

  test('L3: an endpoint that had nothing due is asked again while the storm of another goes on', async () => {
    occupy(A.endpoint, 14);
    scripted.due = claimsOf(100, B);
    // A has two slots free and nothing due, so B is cut short.
    expect(await claimer.claim(atMost(8))).toBe(2);
    expect(await claimer.claim(atMost(6))).toBe(6);
    expect(scripted.claims[1]?.busyEndpoints).toEqual([A.endpoint]);
    // From now on B is as quick as claims are: each of them is full, and there is always more.
    scripted.due.unshift(...claimsOf(1, A, 1_000));
    while (slots.freeAt(B.endpoint) < 16) slots.release(B.endpoint);
    await claimer.claim(atMost(2));
    expect(started.at(-2)?.claim.endpoint).toBe(A.endpoint);
  });

  test('a full batch is followed by another while slots are left', async () => {
    slots = new Slots(3_000, 3_000);
    const options = { store: scripted.store, slots, passedOver, breakers, clock };
    claimer = new Claimer({
      ...options,
      claimant: 'me',
      claimMs: 40_000,
      perEndpoint: 3_000,
      tell: () => undefined,
      start: ({ endpoint }) => void slots.take(endpoint),
    });
    scripted.due = claimsOf(2_500);
    const counts: number[] = [];
    do counts.push(await claimer.claim());
    while (claimer.more);
    expect(counts).toEqual([1_000, 1_000, 500]);
  });

  test('has no more when the last slot is taken', async () => {
    for (const { endpoint } of [A, B, C]) occupy(endpoint, 16);
    scripted.due = claimsOf(20, { endpoint: 'http://d.test' });
    expect(await claimer.claim()).toBe(16);
    expect(claimer.more).toBe(false);
  });

  test('a claim that failed says nothing about what is left', async () => {
    scripted.unavailable = true;
    await expect(claimer.claim()).rejects.toThrow('the database is away');
    expect(claimer.more).toBe(false);
  });
});

describe('with breakers that are not closed', () => {
  beforeEach(() => {
    claimer = new Claimer({
      store: scripted.store,
      slots,
      passedOver,
      breakers,
      clock,
      claimant: 'me',
      claimMs: 40_000,
      perEndpoint: 16,
      tell: () => undefined,
      start: (claim) => {
        slots.take(claim.endpoint);
        breakers.admit(claim.endpoint);
        started.push({ claim, claimedMs: 0 });
      },
    });
  });

  const startedAt = (endpoint: string) => started.filter(({ claim }) => claim.endpoint === endpoint).length;

  test('L3: an open endpoint is passed over, and bounds nobody', async () => {
    await trip(A.endpoint);
    await trip(B.endpoint);
    // A is half-open by now, and has its probe.
    breakers.admit(A.endpoint);
    for (let failed = 0; failed < FAILURES_TO_OPEN; failed++) {
      const permit = breakers.admit(C.endpoint);
      if (permit) breakers.ended(permit, { kind: 'retry', contact: 'unreached' });
    }
    breakers.admit(B.endpoint);
    scripted.due = [A, B, C, { endpoint: 'http://d.test' }].flatMap((each, n) => claimsOf(20, each, 100 * n));
    expect(await claimer.claim()).toBe(16);
    expect(scripted.claims).toMatchObject([
      { perEndpointLimit: 16, busyEndpoints: [A.endpoint, B.endpoint, C.endpoint] },
    ]);
  });

  test('a half-open endpoint gets one cleanup, the others the rest of theirs in the next claim', async () => {
    await trip(A.endpoint);
    scripted.due = [...claimsOf(20, A), ...claimsOf(20, B, 100)];
    expect(await claimer.claim()).toBe(2);
    expect(scripted.claims[0]).toMatchObject({ perEndpointLimit: 1, busyEndpoints: [] });
    expect(claimer.more).toBe(true);
    expect(await claimer.claim()).toBe(15);
    expect(scripted.claims[1]).toMatchObject({ perEndpointLimit: 15, busyEndpoints: [A.endpoint] });
    expect(claimer.more).toBe(false);
    expect(startedAt(A.endpoint)).toBe(1);
  });

  test('one with nothing else due than its probe needs no second claim', async () => {
    await trip(A.endpoint);
    scripted.due = claimsOf(20, A);
    expect(await claimer.claim()).toBe(1);
    expect(claimer.more).toBe(false);
  });

  test('L3: a half-open endpoint with nothing due costs the others one short claim in 250 ms', async () => {
    await trip(A.endpoint);
    const limits: number[] = [];
    for (let ms = 0; ms < 1_000; ms += 10) {
      scripted.due.push(...claimsOf(2, B, ms));
      await claimer.claim();
      limits.push(scripted.claims.at(-1)?.perEndpointLimit ?? 0);
      while (slots.freeAt(B.endpoint) < 16) slots.release(B.endpoint);
      await clock.advance(10);
    }
    expect(limits.filter((limit) => limit === 1)).toHaveLength(4);
  });

  test('L3: probes take at most a quarter of the slots, in turn, the longest waiting first', async () => {
    const dead = Array.from({ length: 40 }, (_, n) => ({ endpoint: `http://dead-${n}.test` }));
    await trip(...dead.map(({ endpoint }) => endpoint));
    scripted.due = dead.flatMap((each, n) => claimsOf(2, each, 10 * n));
    expect(await claimer.claim()).toBe(16);
    expect(started.map(({ claim }) => claim.endpoint)).toEqual(
      dead.slice(0, 16).map(({ endpoint }) => endpoint),
    );
    await clock.advance(1_000);
    expect(await claimer.claim()).toBe(0);
    expect(slots.free).toBe(48);
  });

  test('a half-open endpoint with nothing due goes to the end of the line', async () => {
    const dead = Array.from({ length: 20 }, (_, n) => ({ endpoint: `http://dead-${n}.test` }));
    await trip(...dead.map(({ endpoint }) => endpoint));
    scripted.due = claimsOf(3, { endpoint: 'http://dead-19.test' });
    expect(await claimer.claim()).toBe(0);
    await clock.advance(250);
    expect(await claimer.claim()).toBe(1);
  });

  test('L3: while claims are full, all that are half-open are offered their probe, and get it in turn', async () => {
    const dead = Array.from({ length: 40 }, (_, n) => ({ endpoint: `http://dead-${n}.test` }));
    await trip(...dead.map(({ endpoint }) => endpoint));
    scripted.due = Array.from({ length: 300 }, (_, n) =>
      claimsOf(1, { endpoint: `http://e${n}.test` }, n),
    ).flat();
    for (let n = 0; n < 10; n++) {
      await claimer.claim(atMost(4));
      for (const endpoint of slots.endpoints) slots.release(endpoint);
    }
    // They came no further, so that nobody knows whether there is more.
    scripted.due.unshift(...claimsOf(1, { endpoint: 'http://dead-39.test' }, 1_000));
    await claimer.claim(atMost(4));
    expect(startedAt('http://dead-39.test')).toBe(1);
    expect(scripted.claims.map(({ busyEndpoints }) => busyEndpoints.length)).toEqual(Array(11).fill(0));
  });
});
