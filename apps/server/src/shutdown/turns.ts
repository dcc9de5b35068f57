import type { Component } from './component.js';
import type { ShutdownCoordinator } from './shutdown-coordinator.js';

interface Turn {
  readonly priority: number;
  /** Of the drain limit; the rest is for those that come later. */
  readonly share: number;
  /** What it takes to come to an end once it is told to. */
  readonly lastMs: number;
}

/**
 * The order in which a server ends, and the time that each turn has. 80 % of the limit is for calls and callbacks under way;
 * an attempt that is cut off then has a second to obey and two to be recorded. The rest is quick or hangs.
 */
export const TURNS = {
  /** Probes and balancers learn of it first. */
  announcement: { priority: 0, share: 0.04, lastMs: 0 },
  /** No new call, no new claim; what is under way ends. */
  work: { priority: 10, share: 0.8, lastMs: 3_000 },
  sockets: { priority: 20, share: 0.06, lastMs: 500 },
  pages: { priority: 30, share: 0.02, lastMs: 500 },
  /** Last: until then something may have to be recorded. */
  store: { priority: 40, share: 0.08, lastMs: 500 },
} as const satisfies Readonly<Record<string, Turn>>;

/** Registers a part of the server under its turn. */
export function partsOf(coordinator: ShutdownCoordinator, limitMs: number) {
  return (name: string, { priority, share, lastMs }: Turn, stop: Component['stop']): void => {
    coordinator.register({ name, priority, timeoutMs: Math.round(limitMs * share), lastMs, stop });
  };
}
