import { setTimeout as delay } from 'node:timers/promises';
import type { ObjectRef } from '@lease/client';
import type { Random } from '@lease/core';
import { drawWeighted } from '../helpers/draw-weighted.js';
import type { Citizen, Claim } from './citizen.js';

export interface Cast {
  readonly object: ObjectRef;
  readonly one: Citizen;
  /** Another service. */
  readonly other: Citizen;
  readonly random: Random;
}

interface Weighted {
  readonly weight: number;
  readonly live: (cast: Cast) => Promise<void>;
}

/** The shortest that a server grants: expiry is at the centre. */
const TTL_MS = 1_000;

const BATCH = 8;

const LIVES: readonly [Weighted, ...Weighted[]] = [
  { weight: 4, live: released },
  { weight: 2, live: abandoned },
  { weight: 3, live: renewed },
  { weight: 3, live: shared },
  { weight: 3, live: revived },
  { weight: 2, live: batched },
  { weight: 2, live: replayed },
  { weight: 1, live: kept },
];

/** Lives one life, drawn at random. */
export function live(cast: Cast): Promise<void> {
  return drawWeighted(cast.random, LIVES).live(cast);
}

async function released({ object, one, other }: Cast): Promise<void> {
  const claim = one.draw(object, 30_000);
  await one.create(claim);
  await other.get(claim);
  await one.release(claim);
  await other.list(object);
}

/** Only time ends the lease, and somebody looks on. */
async function abandoned({ object, one, other, random }: Cast): Promise<void> {
  const claim = one.draw(object, TTL_MS);
  await one.create(claim);
  for (let left = 3; left > 0; left -= 1) {
    await delay(random.next() * TTL_MS);
    await other.get(claim);
  }
}

/** Some renewals come late, some within the grace, some too late. */
async function renewed({ object, one, other, random }: Cast): Promise<void> {
  const claim = one.draw(object, TTL_MS);
  await one.create(claim);
  for (let left = 1 + random.next() * 4; left > 0; left -= 1) {
    await delay(TTL_MS * (random.next() < 0.8 ? 0.4 : 0.9 + random.next() * 0.4));
    await Promise.all([one.renew(claim), random.next() < 0.3 ? other.get(claim) : undefined]);
  }
  if (random.next() < 0.5) await one.release(claim);
  if (random.next() < 0.5) await one.renew(claim);
}

/** The first to go must not take the object along, and of two that go together one must. */
async function shared({ object, one, other, random }: Cast): Promise<void> {
  const [first, second] = [one.draw(object, 30_000), other.draw(object, 30_000)];
  await Promise.all([one.create(first), other.create(second)]);
  const leaving = one.release(first);
  if (random.next() < 0.5) await delay(random.next() * 200);
  if (random.next() < 0.5) await other.renew(second);
  await other.release(second);
  await leaving;
}

/** Taken again while it is due, while it is being collected, or when it is gone. */
async function revived({ object, one, other, random }: Cast): Promise<void> {
  for (const citizen of [one, other]) {
    const claim = citizen.draw(object, 30_000);
    await citizen.create(claim);
    await citizen.release(claim);
    await delay(random.next() * 50);
  }
}

async function batched({ object, one, random }: Cast): Promise<void> {
  const claims: readonly Claim[] = Array.from({ length: BATCH }, (_, index) =>
    one.draw({ ...object, id: `${object.id}-${index}` }, 2 * TTL_MS),
  );
  await one.createMany(claims);
  await one.renewMany(claims);
  if (random.next() < 0.7) await one.releaseMany(claims);
}

/** The same id again: with the same request, with another one, and after the end. */
async function replayed({ object, one, random }: Cast): Promise<void> {
  const claim = one.draw(object, 30_000);
  await Promise.all([one.create(claim), one.create(claim)]);
  if (random.next() < 0.5) await one.create(claim, 'another');
  await one.release(claim);
  await one.create(claim);
  await one.release(claim);
}

async function kept({ object, one, other, random }: Cast): Promise<void> {
  const [first, second] = [one.draw(object, 30_000), other.draw(object, 30_000)];
  await one.create(first);
  if (random.next() < 0.5) await other.create(second);
  await one.release(first, 'KEEP');
  await other.release(second);
  await one.release(first, 'KEEP');
}
