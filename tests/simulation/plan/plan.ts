import { type Fault, planFaults } from './faults.js';
import { type Operation, planOperations } from './operations.js';
import { type Shape, shapeOf } from './shape.js';

/** Everything that will be done to one world. The world's own chances (delays, losses, jitter) come from the same seed. */
export interface Plan {
  readonly seed: number;
  readonly shape: Shape;
  readonly operations: readonly Operation[];
  readonly faults: readonly Fault[];
}

export function planOf(seed: number, operations: number, shape: Shape = shapeOf(seed)): Plan {
  const planned = planOperations(seed, shape, operations);
  const endMs = planned.at(-1)?.atMs ?? 0;
  return { seed, shape, operations: planned, faults: planFaults(seed, shape, endMs) };
}

/** When the last thing of the plan is done. */
export function endOf({ operations, faults }: Plan): number {
  return Math.max(operations.at(-1)?.atMs ?? 0, faults.at(-1)?.atMs ?? 0);
}

/** How far the store's clock leaps in all. */
export function leapsOf({ faults }: Plan): number {
  const leaps = faults.map((fault) =>
    fault.kind === 'store-restart' || fault.kind === 'store-clock-leap' ? fault.byMs : 0,
  );
  return leaps.reduce((sum, byMs) => sum + byMs, 0);
}
