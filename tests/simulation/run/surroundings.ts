import type { Verdict } from '../checker/verdict.js';
import type { Coverage } from '../engine/coverage.js';
import type { Dice } from '../engine/dice.js';
import type { Network } from '../engine/network.js';
import type { Scheduler } from '../engine/scheduler.js';
import type { Trace } from '../engine/trace.js';
import type { Endpoint } from '../nodes/endpoint.js';
import type { Replica } from '../nodes/replica.js';
import type { StoreNode } from '../nodes/store-node.js';
import type { Shape } from '../plan/shape.js';
import type { Sabotage } from '../sabotage/sabotage.js';
import type { Books } from './books.js';

/** What a place in the world knows of the rest. */
export interface Surroundings {
  readonly scheduler: Scheduler;
  readonly coverage: Coverage;
  readonly trace: Trace;
  readonly verdict: Verdict;
  readonly shape: Shape;
  readonly network: Network;
  readonly books: Books;
  readonly storeNode: StoreNode;
  readonly endpoints: readonly Endpoint[];
  readonly replicas: () => readonly Replica[];
  readonly mention: (leaseId: string) => void;
  /** Told of harm that goes on for so long from now. */
  readonly lasts: (forMs: number) => void;
  readonly dice: Dice;
  readonly sabotage: Sabotage;
}
