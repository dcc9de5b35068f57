import type { CleanupState } from '@lease/core';
import { Chance } from '../engine/chance.js';
import type { Shape } from './shape.js';

/** Which cleanup a create asks for: one of few, so that services agree and disagree about them. */
export interface SpecChoice {
  readonly endpoint: number;
  readonly payload: 'a' | 'b';
  readonly maxAttempts: number;
}

/** A lease to take. `id`: one of a few explicit ids, which others use as well; unset: one of its own. */
export interface Wish {
  readonly object: number;
  readonly ttlMs: number;
  readonly cleanup?: SpecChoice;
  readonly id?: number;
}

export type LateOutcome = (typeof LATE_OUTCOMES)[number];
const LATE_OUTCOMES = ['done', 'fail', 'retry', 'retry', 'unstarted'] as const;

type Action =
  | {
      readonly kind: 'hold';
      readonly client: number;
      readonly wish: Wish;
      readonly forMs: number;
      /** `dispose-keep`: `hold.keep()`, then disposal. `never`: held until its process dies. */
      readonly end: 'collect' | 'keep' | 'dispose-keep' | 'never';
    }
  | { readonly kind: 'create'; readonly client: number; readonly wishes: readonly Wish[] }
  /** `pick`: a lease id that went out lately. */
  | {
      readonly kind: 'renew';
      readonly client: number;
      readonly picks: readonly number[];
      readonly asAnother: boolean;
      readonly ttlMs?: number;
    }
  | {
      readonly kind: 'release';
      readonly client: number;
      readonly picks: readonly number[];
      readonly asAnother: boolean;
      readonly disposition: 'COLLECT' | 'KEEP';
    }
  | { readonly kind: 'get'; readonly client: number; readonly pick: number }
  /** `state`: of the cleanups to pick from; unset: any. */
  | {
      readonly kind: 'retry' | 'forget';
      readonly state: CleanupState | undefined;
      readonly pick: number;
      readonly delayMs: number;
    }
  /** Somebody who was long thought dead settles a claim that is no longer his. `pick`: the latest is 0. */
  | { readonly kind: 'settle-late'; readonly pick: number; readonly outcome: LateOutcome }
  | { readonly kind: 'pause'; readonly forMs: number }
  | { readonly kind: 'resume' }
  | { readonly kind: 'prune'; readonly leasesOlderThanMs: number; readonly limit: number };

/** `n`: its place in the whole plan, by which its luck is thrown. */
export type Operation = Action & { readonly n: number; readonly atMs: number };
type OperationKind = Operation['kind'];

const WEIGHTS: Readonly<Record<OperationKind, number>> = {
  hold: 40,
  create: 12,
  renew: 12,
  release: 12,
  get: 10,
  retry: 4,
  forget: 3,
  'settle-late': 8,
  pause: 0.5,
  resume: 1,
  prune: 1,
};

/** Mostly what an operator would pick, and now and then whatever he could mistake for it. */
const PICKED_STATES = [
  ...([undefined, undefined, undefined, 'ABANDONED'] as const),
  ...(['DUE', 'CLAIMED', 'COLLECTED', 'REVIVED', 'FORGOTTEN'] as const),
];

/** Times without an operation, on average: long enough for claims to run out while things are under way. */
const LULLS = 4;

/** What people do, at random instants. */
export function planOperations(seed: number, shape: Shape, count: number): readonly Operation[] {
  const chance = Chance.of(seed, 'operations');
  const lasting = Chance.of(seed, 'long TTLs');
  const weights =
    shape.climate === 'storm'
      ? WEIGHTS
      : // An operator's resume lifts the pause of S14, and a forgotten cleanup is never called.
        { ...WEIGHTS, pause: 0, resume: 0, forget: 0, 'settle-late': 0 };
  const operations: Operation[] = [];
  const lulls = shape.climate === 'storm' ? LULLS : 0;
  let atMs = 0;
  for (let i = 0; i < count; i += 1) {
    if (chance.hits(lulls / count)) atMs += chance.spread(5_000, 45_000);
    atMs += -Math.log(1 - chance.next()) * shape.meanGapMs;
    const next = action(chance.weighted(weights), chance, shape);
    operations.push({ n: i, atMs, ...prolonged(next, lasting, shape) });
  }
  return operations;
}

function action(kind: OperationKind, chance: Chance, shape: Shape): Action {
  const client = chance.whole(0, shape.clients - 1);
  switch (kind) {
    case 'hold': {
      const wish = wishOf(chance, shape);
      const end = chance.weighted({ collect: 90, never: 1, keep: 5, 'dispose-keep': 4 });
      return {
        kind,
        client,
        wish,
        forMs: chance.hits(shape.longHolds) ? chance.spread(...shape.longHoldMs) : chance.spread(20, 2_000),
        end,
      };
    }
    case 'create':
      return { kind, client, wishes: some(chance, () => sharing(chance, wishOf(chance, shape))) };
    case 'renew': {
      const ttlMs = chance.hits(0.3) ? chance.item(shape.ttlsMs) : undefined;
      const asAnother = chance.hits(0.15);
      return {
        kind,
        client,
        picks: some(chance, () => pick(chance)),
        asAnother,
        ...(ttlMs !== undefined && { ttlMs }),
      };
    }
    case 'release': {
      const disposition = chance.hits(0.1) ? 'KEEP' : 'COLLECT';
      return {
        kind,
        client,
        picks: some(chance, () => pick(chance)),
        asAnother: chance.hits(0.15),
        disposition,
      };
    }
    case 'get':
      return { kind, client, pick: pick(chance) };
    case 'retry':
    case 'forget':
      return {
        kind,
        state: chance.item(PICKED_STATES),
        pick: pick(chance),
        delayMs: chance.item([0, 0, 1_000]),
      };
    case 'settle-late':
      return { kind, pick: pick(chance), outcome: chance.item(LATE_OUTCOMES) };
    case 'pause':
      return { kind, forMs: chance.spread(500, 10_000) };
    case 'resume':
      return { kind };
    case 'prune':
      return { kind, leasesOlderThanMs: chance.item([30_000, 60_000]), limit: chance.item([3, 1_000]) };
  }
}

function wishOf(chance: Chance, shape: Shape): Wish {
  // A few objects are wanted by everybody, most by few.
  const object = chance.hits(0.3)
    ? Math.floor(chance.spread(1, shape.objects + 1)) - 1
    : chance.whole(0, shape.objects - 1);
  const ttlMs = chance.item(shape.ttlsMs);
  const spec = (): SpecChoice => ({
    // One endpoint per object, so that one that fails does not fail everybody's.
    endpoint: object % shape.endpoints,
    payload: chance.hits(0.8) ? 'a' : 'b',
    maxAttempts: 2 + (object % 4),
  });
  const cleanup = chance.hits(0.85) ? spec() : undefined;
  return { object, ttlMs, ...(cleanup && { cleanup }) };
}

/** A few holds ask for longer than any timer waits. */
function prolonged(action: Action, chance: Chance, { longTtlMs }: Shape): Action {
  if (action.kind !== 'hold' || longTtlMs === undefined || !chance.hits(0.02)) return action;
  return { ...action, wish: { ...action.wish, ttlMs: longTtlMs } };
}

/** Sometimes under an id that others use as well. */
function sharing(chance: Chance, wish: Wish): Wish {
  return chance.hits(0.4) ? { ...wish, id: chance.whole(0, 11) } : wish;
}

/** Mostly one; else a batch. */
function some<T>(chance: Chance, make: () => T): readonly T[] {
  return Array.from({ length: chance.hits(0.85) ? 1 : chance.whole(2, 5) }, make);
}

/** An index from the latest one backwards; sometimes of none at all. */
function pick(chance: Chance): number {
  return chance.hits(0.02) ? -1 : Math.floor(chance.spread(1, 200)) - 1;
}
