import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '@lease/core';
import { drawWeighted } from '../helpers/draw-weighted.js';
import type { ObjectRef } from '@lease/client';
import type { Holder } from './holder.js';

/** Who takes part in one object's life. */
export interface Cast {
  readonly object: ObjectRef;
  readonly holder: Holder;
  /** Another service. */
  readonly other: Holder;
  readonly random: Random;
}

interface Weighted {
  readonly weight: number;
  readonly live: (cast: Cast) => Promise<void>;
}

/** The shortest TTL that a server grants unless told otherwise. */
const TTL_MS = 1_000;

/** The same life of an object under load as in the field: most are short, some holders vanish, some share. */
const LIVES: readonly [Weighted, ...Weighted[]] = [
  { weight: 5, live: released },
  { weight: 2, live: abandoned },
  { weight: 3, live: renewed },
  { weight: 2, live: shared },
  { weight: 2, live: revived },
];

/** Lives one life, drawn at random. */
export function live(cast: Cast): Promise<void> {
  return drawWeighted(cast.random, LIVES).live(cast);
}

async function released({ object, holder }: Cast): Promise<void> {
  const entry = await holder.create(object, 60_000);
  if (entry) await holder.release(entry);
}

/** The holder dies: only time ends the lease. */
async function abandoned({ object, holder }: Cast): Promise<void> {
  await holder.create(object, TTL_MS);
}

async function renewed({ object, holder, random }: Cast): Promise<void> {
  const entry = await holder.create(object, TTL_MS);
  if (!entry) return;
  for (let left = 1 + random.next() * 4; left > 0; left -= 1) {
    await delay(TTL_MS / 3);
    if (!(await holder.renew(entry))) return;
  }
  if (random.next() < 0.5) await holder.release(entry);
}

/** The first to go must not take the object along, and of two that go together one must. */
async function shared({ object, holder, other, random }: Cast): Promise<void> {
  const both = await Promise.all([holder.create(object, 60_000), other.create(object, 60_000)]);
  const [first, second] = random.next() < 0.5 ? both : [both[1], both[0]];
  const [firstHolder, secondHolder] = first === both[0] ? [holder, other] : [other, holder];
  const leaving = first && firstHolder.release(first);
  if (random.next() < 0.5) {
    await leaving;
    await delay(random.next() * 200);
  }
  if (second) await secondHolder.release(second);
  await leaving;
}

/** Taken again as soon as it was let go: while it is due, while it is being collected, or when it is gone. */
async function revived({ object, holder, other, random }: Cast): Promise<void> {
  const first = await holder.create(object, 60_000);
  if (first) await holder.release(first);
  await delay(random.next() * 50);
  const second = await other.create(object, 60_000);
  if (second) await other.release(second);
}
