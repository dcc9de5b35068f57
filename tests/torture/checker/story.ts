import type { Disposition, LeaseState } from '@lease/client';
import type {
  Answer,
  Callback,
  ClockStep,
  Ending,
  Fault,
  HeldLease,
  History,
  Operation,
  SettledClaim,
  Snapshot,
  StoredLease,
} from '../history.js';

type Draft<T> = { -readonly [Key in keyof T]: T[Key] };

interface Told {
  /** Default: what a faithful server says. */
  readonly answer?: Answer;
  /** Whether it is carried out. Default: true. */
  readonly happens?: boolean;
  /** Default 10 ms later. */
  readonly doneMs?: number;
  readonly client?: string;
}

export const UNKNOWN: Answer = { kind: 'unknown', code: 'UNAVAILABLE' };

export const refused = (reason: string): Answer => ({ kind: 'refused', reason });

const GRACE_MS = 200;

/** Writes a history: a faithful one, as long as nothing else is told. An operation is carried out 5 ms after it was sent. */
export class Story {
  readonly operations: Draft<Operation>[] = [];
  readonly callbacks: Draft<Callback>[] = [];
  readonly faults: Draft<Fault>[] = [];
  readonly clockSteps: Draft<ClockStep>[] = [];
  readonly resumes: number[] = [];
  readonly snapshots: Draft<Snapshot>[] = [];
  readonly holds: Draft<HeldLease>[] = [];
  readonly rows = new Map<string, Draft<StoredLease>>();
  readonly endings: Draft<Ending>[] = [];
  readonly attempts: Draft<SettledClaim>[] = [];
  kept = 0;
  stale = 0;
  #fence = 100;

  create(
    leaseId: string,
    atMs: number,
    told: Told & { ttlMs?: number; object?: string; generation?: number; request?: string } = {},
  ): void {
    const { ttlMs = 10_000, object = 'blob/1', client = 'orders', generation = 7, request = 'plain' } = told;
    const replayed = this.rows.has(leaseId);
    if (told.happens !== false && !replayed)
      this.rows.set(leaseId, {
        ...{ leaseId, objectKey: object, serviceId: client, state: 'ACTIVE', renewals: 0, generation },
        ...{ createMs: atMs + 5, expireMs: atMs + 5 + ttlMs },
      });
    this.#tell('create', leaseId, atMs, told, { objectKey: object, ttlMs, request, replayed });
  }

  renew(leaseId: string, atMs: number, told: Told & { ttlMs?: number } = {}): void {
    const { ttlMs = 10_000 } = told;
    const row = this.row(leaseId);
    if (told.happens !== false) {
      row.renewals += 1;
      row.expireMs = Math.max(row.expireMs, atMs + 5 + ttlMs);
    }
    this.#tell('renew', leaseId, atMs, told, { objectKey: row.objectKey, ttlMs });
  }

  release(leaseId: string, atMs: number, told: Told & { disposition?: Disposition } = {}): void {
    const { disposition = 'COLLECT' } = told;
    const row = this.row(leaseId);
    if (told.happens !== false && row.state === 'ACTIVE') this.#end(row, 'RELEASED', atMs + 5, disposition);
    this.#tell('release', leaseId, atMs, told, { objectKey: row.objectKey, disposition });
  }

  get(leaseId: string, atMs: number, told: Told = {}): void {
    const objectKey = this.rows.get(leaseId)?.objectKey ?? 'blob/1';
    const answer = this.rows.has(leaseId) ? {} : { answer: refused('LEASE_NOT_FOUND') };
    this.#tell('get', leaseId, atMs, { ...answer, ...told }, { objectKey });
  }

  /** A sweep ends it. */
  expire(leaseId: string, atMs: number): void {
    this.#end(this.row(leaseId), 'EXPIRED', atMs);
  }

  /** An attempt of one replica that succeeds, and is the last of its cleanup if its claim is done. */
  call(
    objectKey: string,
    atMs: number,
    how: Partial<Callback> & { outcome?: SettledClaim['outcome']; settleMs?: number } = {},
  ): void {
    const { outcome = 'DONE', settleMs = atMs + 20, ...rest } = how;
    const cleanupId = rest.cleanupId ?? `cleanup of ${objectKey}`;
    const attempt = 1 + this.attempts.filter((each) => each.cleanupId === cleanupId).length;
    const fence = (this.#fence += 1);
    const body = `of ${cleanupId}`;
    this.callbacks.push({
      ...{ cleanupId, objectKey, generation: 7, fence, attempt, body, arrivedMs: atMs, answer: 'done' },
      ...rest,
    });
    const replica = 'replica-1';
    this.attempts.push({ cleanupId, fence, attempt, outcome, replica, claimMs: atMs - 5, settleMs });
    const generation = rest.generation ?? 7;
    if (outcome === 'DONE') this.endings.push({ cleanupId, objectKey, generation, state: 'COLLECTED' });
  }

  row(leaseId: string): Draft<StoredLease> {
    const row = this.rows.get(leaseId);
    if (!row) throw new Error(`there is no lease ${leaseId}`);
    return row;
  }

  /** The last operation so far. */
  get last(): Draft<Operation> {
    return at(this.operations, -1);
  }

  /** Shows something else than what a faithful server would have shown in the last operation. */
  mislead(change: Partial<StoredLease>, serverMs?: number): void {
    const { answer } = this.last;
    if (answer.kind !== 'ok') throw new Error('the last operation showed nothing');
    const lease = { ...answer.lease, ...change };
    if (lease.state === 'ACTIVE') {
      if (change.endMs === undefined) delete lease.endMs;
      delete lease.disposition;
    }
    this.last.answer = { ...answer, lease, serverMs: serverMs ?? answer.serverMs };
  }

  history(): History {
    const rows = [...this.rows.values()];
    const state = (wanted: string) => this.endings.filter((ending) => ending.state === wanted).length;
    const outcome = (wanted: string) => this.attempts.filter((each) => each.outcome === wanted).length;
    const leases = (wanted: LeaseState) => rows.filter((row) => row.state === wanted).length;
    const isOpen = (ending: Ending) => ['DUE', 'CLAIMED', 'ABANDONED'].includes(ending.state);
    const { operations, callbacks, faults, clockSteps, resumes, snapshots, holds, attempts, kept } = this;
    return {
      ...{ graceMs: GRACE_MS, claimMs: 33_000, quota: 3 },
      ...{ operations, callbacks, faults, clockSteps, resumes, snapshots, holds },
      rest: {
        leases: rows,
        finished: this.endings.filter((ending) => !isOpen(ending)),
        unfinished: this.endings.filter(isOpen),
        attempts,
        stats: {
          leases: {
            created: rows.length,
            ...{ active: leases('ACTIVE'), released: leases('RELEASED'), expired: leases('EXPIRED') },
            renewals: rows.reduce((sum, { renewals }) => sum + renewals, 0),
          },
          cleanups: {
            ...{ ended: this.endings.length + kept, kept, collected: state('COLLECTED') },
            ...{ abandoned: state('ABANDONED'), revived: state('REVIVED'), forgotten: state('FORGOTTEN') },
            ...{ open: state('DUE') + state('CLAIMED'), due: state('DUE'), claimed: state('CLAIMED') },
          },
          attempts: {
            ...{ claimed: attempts.length + state('CLAIMED'), done: outcome('DONE') },
            ...{ retried: outcome('RETRY'), failed: outcome('FAIL'), unstarted: outcome('UNSTARTED') },
            ...{ lost: outcome('LOST'), stale: this.stale },
          },
        },
      },
    };
  }

  #end(row: Draft<StoredLease>, state: LeaseState, endMs: number, disposition?: Disposition): void {
    Object.assign(row, { state, endMs, ...(disposition && { disposition }) });
  }

  #tell(
    verb: Operation['verb'],
    leaseId: string,
    atMs: number,
    { answer, doneMs = atMs + 10, client = 'orders' }: Told,
    { replayed, ...more }: Pick<Operation, 'objectKey'> & Partial<Operation> & { replayed?: boolean },
  ): void {
    const told = answer ?? {
      ...{ kind: 'ok', serverMs: atMs + 5, lease: { ...this.row(leaseId) } },
      ...(replayed !== undefined && { replayed }),
    };
    this.operations.push({ verb, client, leaseId, sentMs: atMs, doneMs, ...more, answer: told });
  }
}

export function at<T>(items: readonly T[], index: number): T {
  const item = items.at(index);
  if (item === undefined) throw new Error(`there is no item ${index}`);
  return item;
}

/** One life: taken at 1,000, renewed at 2,000, released at 3,000, collected at 3,100. */
export function released(): Story {
  const story = new Story();
  story.create('a', 1_000);
  story.renew('a', 2_000);
  story.release('a', 3_000);
  story.call('blob/1', 3_100);
  return story;
}

/** Its holder died: taken at 1,000 for a second, ended by a sweep at 2,300, collected at 2,400. */
export function expired(): Story {
  const story = new Story();
  story.create('a', 1_000, { ttlMs: 1_000 });
  story.expire('a', 2_300);
  story.call('blob/1', 2_400);
  return story;
}
