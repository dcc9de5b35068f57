import type { BreakerState } from '@lease/core';
import type { Counts } from '../engine/coverage.js';
import { FAULT_KINDS } from '../engine/fault-kinds.js';
import { BREAKER } from './breaker-table.js';
import { LEASE, type LeaseEvent, type LeaseState } from './lease-table.js';
import { OBJECT, type ObjectEvent, type ObjectState } from './object-table.js';
import type { Table } from './table.js';

const TABLES = { lease: LEASE, object: OBJECT, breaker: BREAKER } as const;

/** A state, an event that met it, and what came of it. */
export type Meeting = readonly [
  ...(
    | [machine: 'lease', state: LeaseState, event: LeaseEvent]
    | [machine: 'object', state: ObjectState, event: ObjectEvent]
    | [machine: 'breaker', state: BreakerState, event: 'change']
  ),
  outcome: string,
];

/** `lease ACTIVE x renew > ACTIVE (late)`: what a coverage counts by. */
export function nameOf([machine, state, event, outcome]: Meeting): string {
  return `${machine} ${state} x ${event} > ${outcome}`;
}

/** Every meeting that can be, by its name. */
export const MEETINGS: ReadonlySet<string> = new Set(
  Object.entries(TABLES).flatMap(([machine, table]) =>
    cells(table).flatMap(([pair, outcomes]) => outcomes.map((outcome) => `${machine} ${pair} > ${outcome}`)),
  ),
);

export interface Covered {
  /** Of a state and an event. */
  readonly pairs: number;
  readonly allPairs: number;
  /** A pair may have several outcomes. */
  readonly outcomes: number;
  readonly allOutcomes: number;
  readonly faults: number;
  readonly allFaults: number;
  /** Outcomes and faults. */
  readonly missing: readonly string[];
}

/** How many of all pairs, with all their outcomes, and of all faults were met. */
export function covered({ pairs, faults }: Counts): Covered {
  const all = [...MEETINGS];
  const met = all.filter((name) => pairs.has(name));
  return {
    pairs: countPairs(met),
    allPairs: countPairs(all),
    outcomes: met.length,
    allOutcomes: all.length,
    faults: FAULT_KINDS.filter((kind) => faults.has(kind)).length,
    allFaults: FAULT_KINDS.length,
    missing: [
      ...all.filter((name) => !pairs.has(name)),
      ...FAULT_KINDS.filter((kind) => !faults.has(kind)).map((kind) => `fault ${kind}`),
    ],
  };
}

function cells(table: Table<string, string>): (readonly [string, readonly string[]])[] {
  return Object.entries(table).flatMap(([state, row]) =>
    Object.entries(row).map(([event, outcomes = []]) => [`${state} x ${event}`, outcomes] as const),
  );
}

function countPairs(names: readonly string[]): number {
  return new Set(names.map((name) => name.slice(0, name.indexOf(' > ')))).size;
}
