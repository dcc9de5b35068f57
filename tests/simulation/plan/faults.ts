import { Chance } from '../engine/chance.js';
import type { Conduct } from '../nodes/endpoint.js';
import type { Outage } from '../nodes/store-node.js';
import type { Climate, Shape } from './shape.js';

type Harm =
  /** A replica dies and comes back under a new identity. */
  | { readonly kind: 'crash'; readonly replica: number; readonly backAfterMs: number }
  /** It dies at one of its next calls, just before or just after that call leaves. */
  | {
      readonly kind: 'crash-at-call';
      readonly replica: number;
      readonly calls: number;
      readonly sent: boolean;
      readonly backAfterMs: number;
    }
  /** It drains and exits; its successor starts at once. */
  | { readonly kind: 'restart'; readonly replica: number; readonly graceMs: number }
  /** It stops, and goes on as if nothing had been: beyond its claims, a zombie. */
  | { readonly kind: 'freeze'; readonly replica: number; readonly forMs: number }
  /**
   * One stops at the worst moment, for about as long as a claim lasts, or longer: when the store has granted it claims and the
   * answer is on its way (again: one of them is not the first on its cleanup), or when its callback has left. Endpoints hang
   * meanwhile, so that its successor is at work when it wakes.
   */
  | { readonly kind: 'zombie'; readonly at: 'granted' | 'granted-again' | 'sent'; readonly forMs: number }
  /** All replicas are down, but for one that claims what is due and dies, again and again, under ever new names. */
  | { readonly kind: 'lost-claims'; readonly forMs: number }
  /** All replicas are down: nobody sweeps (a gap, if it lasts longer than 1 s). */
  | { readonly kind: 'blackout'; readonly forMs: number }
  | { readonly kind: 'store-outage'; readonly outage: Outage; readonly forMs: number }
  | { readonly kind: 'partition'; readonly a: string; readonly b: string; readonly forMs: number }
  /** A wall clock steps: a replica's, a client's or the store machine's. */
  | { readonly kind: 'wall-step'; readonly place: string; readonly byMs: number }
  /** Its machine restarts, and comes back with its clock ahead. */
  | { readonly kind: 'store-restart'; readonly forMs: number; readonly byMs: number }
  /** The clock that decides goes forward. */
  | { readonly kind: 'store-clock-leap'; readonly byMs: number }
  | {
      readonly kind: 'endpoint';
      readonly endpoint: number;
      readonly conduct: Conduct;
      readonly forMs: number;
    }
  /** A client dies with all it holds. */
  | { readonly kind: 'client-crash'; readonly client: number }
  /** Its event loop is blocked. */
  | { readonly kind: 'client-block'; readonly client: number; readonly forMs: number };

export type Fault = Harm & { readonly atMs: number };
type FaultKind = Fault['kind'];

const WEIGHTS: Readonly<Record<Climate, Partial<Record<FaultKind, number>>>> = {
  calm: {},
  kills: { crash: 6, 'crash-at-call': 10 },
  outages: { blackout: 4, 'store-outage': 4, 'store-restart': 2, 'store-clock-leap': 2, 'wall-step': 1 },
  deaf: { endpoint: 1 },
  storm: {
    crash: 4,
    'crash-at-call': 6,
    restart: 3,
    freeze: 3,
    zombie: 4,
    'lost-claims': 1,
    blackout: 0.7,
    'store-outage': 3,
    partition: 5,
    'wall-step': 3,
    'store-restart': 0.3,
    'store-clock-leap': 0.5,
    endpoint: 12,
    'client-crash': 4,
    'client-block': 4,
  },
};

const CONDUCTS: Readonly<Record<Exclude<Conduct, 'prompt'>, number>> = {
  slow: 2,
  failing: 3,
  flaky: 4,
  terminal: 2,
  hanging: 2,
  closing: 2,
  refusing: 4,
  forbidden: 1,
  missing: 3,
  lying: 1,
};

/** From one fault to the next, on average. Outages of our own stand apart, so that each can be recovered from. */
const MEAN_GAP_MS: Readonly<Record<Climate, number>> = {
  calm: Infinity,
  kills: 1_500,
  outages: 0,
  deaf: 3_000,
  storm: 2_000,
};

export function planFaults(seed: number, shape: Shape, endMs: number): readonly Fault[] {
  const chance = Chance.of(seed, 'faults');
  const faults: Fault[] = [];
  if (shape.climate === 'calm') return faults;
  for (let atMs = chance.next() * 2_000; atMs < endMs;) {
    const harm = harmOf(chance.weighted(WEIGHTS[shape.climate]), chance, shape);
    faults.push({ atMs, ...harm });
    atMs +=
      shape.climate === 'outages'
        ? ('forMs' in harm ? harm.forMs : 0) + chance.spread(8_000, 40_000)
        : -Math.log(1 - chance.next()) * MEAN_GAP_MS[shape.climate];
  }
  return faults;
}

function harmOf(kind: FaultKind, chance: Chance, shape: Shape): Harm {
  const replica = chance.whole(0, shape.replicas - 1);
  const client = chance.whole(0, shape.clients - 1);
  switch (kind) {
    case 'crash':
      return { kind, replica, backAfterMs: chance.spread(10, 10_000) };
    case 'crash-at-call': {
      const calls = chance.whole(0, 12);
      return { kind, replica, calls, sent: chance.hits(0.5), backAfterMs: chance.spread(10, 10_000) };
    }
    case 'restart':
      return { kind, replica, graceMs: chance.item([0, 1_000, 20_000]) };
    case 'freeze':
      return { kind, replica, forMs: chance.spread(500, 100_000) };
    case 'zombie': {
      const at = chance.item(['granted', 'granted-again', 'sent'] as const);
      // A claim of which too little is left when its claimant learns of it is given back.
      return { kind, at, forMs: chance.whole(at === 'sent' ? 40_000 : 30_000, 50_000) };
    }
    case 'lost-claims':
      return { kind, forMs: chance.spread(4_000, 8_000) };
    case 'blackout':
      return { kind, forMs: chance.spread(300, shape.maxOutageMs) };
    case 'store-outage':
      return {
        kind,
        outage: chance.item(['before', 'after', 'silent'] as const),
        forMs: chance.spread(100, shape.climate === 'outages' ? shape.maxOutageMs : 10_000),
      };
    case 'partition': {
      const between = chance.item(['client', 'store', 'endpoint'] as const);
      const a = `replica-${replica + 1}`;
      const b =
        between === 'client'
          ? `client-${client + 1}`
          : between === 'store'
            ? 'store'
            : `endpoint-${chance.whole(1, shape.endpoints)}`;
      return { kind, a, b, forMs: chance.spread(200, 60_000) };
    }
    case 'wall-step': {
      const place = chance.item([`replica-${replica + 1}`, `client-${client + 1}`, 'store']);
      return { kind, place, byMs: chance.item([-1, 1]) * Math.round(chance.spread(10, 86_400_000)) };
    }
    case 'store-clock-leap':
      return { kind, byMs: leapMs(chance) };
    case 'store-restart':
      return { kind, forMs: chance.spread(100, 10_000), byMs: leapMs(chance) };
    case 'endpoint': {
      const conduct = chance.weighted(CONDUCTS);
      return {
        kind,
        endpoint: chance.whole(0, shape.endpoints - 1),
        conduct,
        forMs: chance.spread(3_000, 60_000),
      };
    }
    case 'client-crash':
      return { kind, client };
    case 'client-block':
      return { kind, client, forMs: 2 * chance.item(shape.ttlsMs) };
  }
}

/** Up to 20 min, beyond most TTLs. */
function leapMs(chance: Chance): number {
  return Math.round(chance.spread(1_000, 1_200_000));
}
