import type { CleanupClaim, CleanupOutcome, CreateLease } from '@lease/core';
import { createCommand, objectRef } from '@lease/core/testing';
import type { Model, Run } from './records.js';
import type { CreateStep, Pointer, SettleStep } from './step.js';
import { at, leaseIdOf, OBJECTS, SERVICES, SPECS, UNKNOWN_ID } from './universe.js';

type Holding = Pick<CreateLease, 'leaseId' | 'serviceId'>;

/** Turns what steps point at into names, by what the model knows and what was sent. */
export class Names {
  readonly #model: Model;
  readonly #creates: CreateLease[] = [];
  readonly #claims: CleanupClaim[] = [];

  constructor(model: Model) {
    this.#model = model;
  }

  /** Claims that a store handed out can be pointed at. */
  note(claims: readonly CleanupClaim[]): void {
    this.#claims.push(...claims);
  }

  create(step: CreateStep): CreateLease {
    const earlier = step.again && point(this.#creates, step.again.back);
    const command = earlier ? again(earlier, step.again.altered) : this.#newCommand(step);
    this.#creates.push(command);
    return command;
  }

  lease({ among, back }: Pointer, stranger: boolean): Holding {
    const active = this.#model.leases.flatMap(({ lease }) => (lease.state === 'ACTIVE' ? [lease] : []));
    const named = choose<Holding>(among, active, this.#creates);
    const { leaseId, serviceId } = point(named, back) ?? { leaseId: UNKNOWN_ID, serviceId: SERVICES[0] };
    const other = serviceId === SERVICES[0] ? SERVICES[1] : SERVICES[0];
    return { leaseId, serviceId: stranger ? other : serviceId };
  }

  /** One of the runs whose id was seen. */
  cleanupId({ among, back }: Pointer, fit: (run: Run) => boolean): string {
    const seen = this.#model.runs.filter(({ cleanupId }) => cleanupId !== undefined);
    return point(choose(among, seen.filter(fit), seen), back)?.cleanupId ?? UNKNOWN_ID;
  }

  outcome({ claim: { among, back }, fenceOff, ...step }: SettleStep): CleanupOutcome {
    const inFlight = new Set(this.#model.runs.flatMap(({ claim }) => claim?.fence ?? []));
    const current = this.#claims.filter(({ fence }) => inFlight.has(fence));
    const nothing = { cleanupId: UNKNOWN_ID, object: objectRef('one'), fence: 1 };
    const { cleanupId, object, fence } = point(choose(among, current, this.#claims), back) ?? nothing;
    const of = {
      ...{ cleanupId, object, fence: fence + fenceOff },
      ...(step.detail !== undefined && { detail: step.detail }),
    };
    const { kind, contact, delayMs, abandonReason } = step;
    if (kind === 'retry') return { ...of, kind, contact, delayMs, abandonReason };
    return kind === 'fail' ? { ...of, kind, abandonReason } : { ...of, kind };
  }

  #newCommand(step: CreateStep): CreateLease {
    return createCommand({
      leaseId: leaseIdOf(this.#creates.length + 1),
      object: at(OBJECTS, step.object),
      serviceId: at(SERVICES, step.service),
      ttlMs: step.ttlMs,
      metadata: step.tag === '' ? new Map() : new Map([[step.tag, 'v']]),
      maxActive: step.maxActive,
      ...(step.cleanup !== undefined && { cleanup: at(SPECS, step.cleanup) }),
    });
  }
}

function again(command: CreateLease, altered: boolean): CreateLease {
  return altered
    ? { ...command, ttlMs: command.ttlMs + 1, requestHash: `${command.requestHash}-altered` }
    : command;
}

/** Those that fit, if that is asked for and there are any. */
function choose<T>(among: Pointer['among'], fit: readonly T[], all: readonly T[]): readonly T[] {
  return among === 'fit' && fit.length > 0 ? fit : all;
}

/** Counted back from the latest, round and round. */
function point<T>(items: readonly T[], back: number): T | undefined {
  return items.length === 0 ? undefined : items[items.length - 1 - (back % items.length)];
}
