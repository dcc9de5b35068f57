import type { Site } from '../site.js';
import { stepClocks } from './clocks.js';
import { crowdOut, turnHostile } from './crowding.js';
import { crashDatabase, cutOff, stopDatabase } from './database.js';
import { stopHolders } from './holders.js';
import { failAtPoints } from './launched.js';
import { killAll, killReplica, restartAll, stopReplicas } from './replicas.js';
import { breakSessions } from './sessions.js';

/** By the ids of the reliability specification. Each leaves everything whole again. */
export const FAULTS = {
  F1: killReplica,
  F2: failAtPoints,
  F3: crashDatabase,
  F4: stopDatabase,
  F5: breakSessions,
  F6: cutOff,
  F7: stopReplicas,
  F8: stepClocks,
  F9: turnHostile,
  F12: killAll,
  F13: stopHolders,
  F15: restartAll,
  F19: crowdOut,
} as const satisfies Record<string, (site: Site) => Promise<void>>;

export type FaultKind = keyof typeof FAULTS;

export const FAULT_KINDS = Object.keys(FAULTS) as FaultKind[];
