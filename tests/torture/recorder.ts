import type { Lease, LeaseReading } from '@lease/client';
import { LeaseError } from '@lease/client';
import type {
  Answer,
  Callback,
  ClockStep,
  Fault,
  HeldLease,
  Operation,
  Reading,
  Snapshot,
} from './history.js';

type Draft<T> = { -readonly [Key in keyof T]: T[Key] };

const originMs = Date.now() - performance.now();

/** Milliseconds since the epoch that never step. */
export function nowMs(): number {
  return originMs + performance.now();
}

export type Asked = Omit<Operation, 'sentMs' | 'doneMs' | 'answer'>;

/** Writes down what happens. */
export class Recorder {
  readonly operations: Draft<Operation>[] = [];
  readonly callbacks: Draft<Callback>[] = [];
  readonly faults: Draft<Fault>[] = [];
  readonly clockSteps: ClockStep[] = [];
  readonly resumes: number[] = [];
  readonly snapshots: Snapshot[] = [];
  readonly holds: Draft<HeldLease>[] = [];
  /** What the faults met, of all that they have to meet. */
  readonly hits: Record<string, number> = {};
  /** Calls that were made or elements of batches; a listing is one. */
  operationCount = 0;
  /** Those of them that were carried out, or refused with a reason, and not because there were too many. */
  answeredCount = 0;

  get seen() {
    const { operations, callbacks, faults, clockSteps, resumes, snapshots, holds } = this;
    return { operations, callbacks, faults, clockSteps, resumes, snapshots, holds };
  }

  /** Calls, and writes down what was asked and answered. Undefined: it was refused, or nobody answered. */
  async call<T extends LeaseReading>(asked: Asked, send: () => Promise<T>): Promise<T | undefined> {
    const operation = this.begin(asked);
    try {
      const answer = await send();
      this.end(operation, told(answer));
      return answer;
    } catch (error) {
      this.end(operation, failed(error));
      return undefined;
    }
  }

  /** Of a call that is under way nobody knows yet whether it happens. */
  begin(asked: Asked): Draft<Operation> {
    this.operationCount += 1;
    const operation = { ...asked, sentMs: nowMs(), doneMs: Infinity, answer: UNANSWERED };
    this.operations.push(operation);
    return operation;
  }

  end(operation: Draft<Operation>, answer: Answer): void {
    operation.doneMs = nowMs();
    operation.answer = answer;
    if (answer.kind === 'ok' || (answer.kind === 'refused' && answer.reason !== 'OVERLOADED'))
      this.answeredCount += 1;
  }

  /** Plays a fault, and writes down from when to when it was one. */
  async fault(
    kind: string,
    play: () => Promise<void>,
    about: Pick<Fault, 'total' | 'replicas'> = {},
  ): Promise<void> {
    const fault: Draft<Fault> = { kind, fromMs: nowMs(), toMs: Infinity, ...about };
    this.faults.push(fault);
    await play();
    fault.toMs = nowMs();
  }

  /** A fault met so many of what it is there for. */
  hit(what: string, count: number): void {
    this.hits[what] = (this.hits[what] ?? 0) + count;
  }
}

const UNANSWERED: Answer = { kind: 'unknown', code: 'NONE' };

export function told({ lease, serverTime, ...rest }: LeaseReading & { replayed?: boolean }): Answer {
  const serverMs = serverTime.getTime();
  return {
    ...{ kind: 'ok', lease: readingOf(lease), serverMs },
    ...(rest.replayed !== undefined && { replayed: rest.replayed }),
  };
}

/** Anything but a refusal or silence is a fault of ours, and is thrown. */
export function failed(error: unknown): Answer {
  if (!(error instanceof LeaseError)) throw error;
  const { code, reason } = error;
  if (['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'CANCELLED'].includes(code)) return { kind: 'unknown', code };
  if (reason === undefined) throw error;
  return { kind: 'refused', reason };
}

export function readingOf(lease: Lease): Reading {
  const { state, object, serviceId, createTime, expireTime, endTime, renewalCount, generation } = lease;
  return {
    ...{ state, serviceId, generation, objectKey: `${object.type}/${object.id}`, renewals: renewalCount },
    ...{ createMs: createTime.getTime(), expireMs: expireTime.getTime() },
    ...(endTime && { endMs: endTime.getTime() }),
    ...(lease.disposition && { disposition: lease.disposition }),
  };
}
