import type { Executor } from '@lease/core';
import type { Climate } from '../plan/shape.js';
import type { Sabotage } from './sabotage.js';
import {
  amnesic,
  claimingHeld,
  clinging,
  doneBeforehand,
  dawdling,
  dropping,
  forgetful,
  generous,
  hasty,
  lenient,
  passingOver,
  possessive,
  resurrecting,
  reviving,
  settlingStale,
  showingThePast,
  stampingByItself,
  stubborn,
  unpausing,
  unrecovering,
} from './broken-stores.js';

/** A promise broken on purpose, and the ids under which that may be seen first. */
export interface Case {
  readonly name: string;
  readonly seenAs: readonly string[];
  /** The climate in which it is soon seen; unset: any. */
  readonly climate?: Climate;
  readonly sabotage: Sabotage;
}

/** The races that naive code loses, each as a store, a collector or a clock that loses it. */
export const catalogue: readonly Case[] = [
  {
    name: 'R1 S4: a renewal resurrects a lease that has ended',
    seenAs: ['S4'],
    sabotage: { store: resurrecting },
  },
  { name: 'S2: a sweep forgets the grace and a second more', seenAs: ['S2'], sabotage: { store: hasty } },
  { name: 'S1: an object is claimed while it is held', seenAs: ['S1'], sabotage: { store: claimingHeld } },
  {
    name: 'S1: a create gets its lease while the object is being collected',
    seenAs: ['S1'],
    sabotage: { store: reviving },
  },
  {
    name: 'R8 S8: a zombie settles under a fence that is not its own',
    seenAs: ['S6', 'S8'],
    sabotage: { store: settlingStale },
  },
  {
    name: 'R9 S6: done is recorded before the call',
    seenAs: ['S6', 'S8'],
    sabotage: { store: doneBeforehand },
  },
  { name: 'S6: a cleanup is dropped in silence', seenAs: ['S6'], sabotage: { store: dropping } },
  { name: 'R10 S10: a quota is judged one too late', seenAs: ['S10'], sabotage: { store: generous } },
  {
    name: 'R13 S12: a repeated create makes a second lease',
    seenAs: ['S12'],
    sabotage: { store: forgetful },
  },
  { name: 'R14 S14: the pause after a gap is dropped', seenAs: ['S14'], sabotage: { store: unpausing } },
  {
    name: 'R14 S14: a recovery ends with the pause',
    seenAs: ['S14'],
    sabotage: { store: unrecovering },
  },
  { name: 'L1: a sweep counts the grace twice', seenAs: ['L1'], sabotage: { store: lenient } },
  { name: 'R4 S9: a collector calls twice', seenAs: ['S7', 'S9'], sabotage: { executor: callingTwice } },
  { name: 'S3: a lease is shown as it was', seenAs: ['S3', 'S4'], sabotage: { store: showingThePast } },
  { name: 'L1: an endpoint is never served', seenAs: ['liveness'], sabotage: { store: passingOver } },
  { name: 'L1: claims come late', seenAs: ['L1'], climate: 'calm', sabotage: { store: dawdling } },
  {
    name: 'L3: an endpoint that fails is called as if nothing had been',
    seenAs: ['L3'],
    sabotage: { executor: blamingNobody },
  },
  {
    name: 'R11 S15: an answer is stamped by another clock',
    seenAs: ['S15'],
    sabotage: { store: stampingByItself },
  },
  {
    name: 'S1: a collector that was stopped sends under a claim that ran out',
    seenAs: ['S1', 'S2', 'S7'],
    sabotage: { sleepsBlind: 'replicas' },
  },
  {
    name: 'L2: a claim lasts longer than it says',
    seenAs: ['L2'],
    climate: 'kills',
    sabotage: { store: clinging },
  },
  {
    name: 'S3: an abandoned cleanup is not retried, whatever an operator says',
    seenAs: ['S3'],
    sabotage: { store: stubborn },
  },
  { name: 'S3: finished cleanups are pruned too early', seenAs: ['S3'], sabotage: { store: amnesic } },
  {
    name: 'ownership: an owner may not keep its object',
    seenAs: ['ownership'],
    sabotage: { store: possessive },
  },
  {
    name: 'F13: a hold that was blocked still says held',
    seenAs: ['hold'],
    climate: 'storm',
    sabotage: { sleepsBlind: 'clients' },
  },
];

/** By the beginning of its name. */
export function sabotageOf(name: string): Sabotage {
  const known = catalogue.find((each) => each.name.startsWith(name));
  if (known === undefined) throw new Error(`nothing in the catalogue is called ${name}`);
  return known.sabotage;
}

/** The breaker hears of no failure. */
function blamingNobody(executor: Executor): Executor {
  return {
    execute: async (claim, signal) => {
      const result = await executor.execute(claim, signal);
      return result.kind === 'retry' ? { ...result, cause: 'cleanup' } : result;
    },
    close: () => executor.close(),
  };
}

function callingTwice(executor: Executor): Executor {
  return {
    execute: async (claim, signal) => {
      await executor.execute(claim, signal);
      return executor.execute(claim, signal);
    },
    close: () => executor.close(),
  };
}
