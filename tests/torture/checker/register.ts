import type { Disposition } from '@lease/client';
import type { Operation, Reading } from '../history.js';
import { type LeaseRecord, mayRelease } from './lease-record.js';

/** The lease as a register. Of an ended one that nobody has read, `most` renewals may have been made. */
interface State {
  readonly phase: 'absent' | 'active' | 'expired' | 'released';
  readonly renewals: number;
  readonly most: number;
  readonly disposition?: Disposition | undefined;
}

/** What may have happened unseen: calls that were not answered, or sent once more than they were answered. */
interface Unseen {
  readonly create: boolean;
  readonly renew: boolean;
  readonly releases: readonly Disposition[];
}

interface Step {
  readonly operation: Operation;
  readonly sentMs: number;
  readonly doneMs: number;
}

const ABSENT: State = { phase: 'absent', renewals: 0, most: 0 };

/**
 * S3: whether there is an order of the answered operations, each at a moment between its sending and its answer, in which
 * every answer is that of one register. A sweep may end the lease at any moment; so may every other call take effect at any
 * moment after it was sent, since the SDK may have sent it more than once.
 */
export function isLinearizable({ leaseId, operations, row }: LeaseRecord): boolean {
  const steps: Step[] = operations
    .filter(({ answer }) => answer.kind !== 'unknown')
    .map((operation) => ({ operation, sentMs: operation.sentMs, doneMs: operation.doneMs }));
  if (row) steps.push({ operation: reading(leaseId, row), sentMs: Infinity, doneMs: Infinity });
  const dead = new Set<string>();

  const visit = (left: readonly Step[], state: State): boolean => {
    if (left.length === 0) return true;
    const key = `${left.map((step) => steps.indexOf(step)).join()} ${JSON.stringify(state)}`;
    if (dead.has(key)) return false;
    // As late as possible: whatever is left must come after this moment, and nothing forbids that.
    const atMs = Math.min(...left.map(({ doneMs }) => doneMs));
    const unseen = unseenUntil(operations, atMs);
    const lowest = Math.min(...left.map(({ operation }) => rankOf(operation) ?? Infinity));
    // No answer shows less than an earlier one.
    const next = left
      .filter(({ sentMs, operation }) => sentMs <= atMs && (rankOf(operation) ?? 0) <= lowest)
      .map((step) => ({ step, states: after(state, step.operation, unseen) }));
    const without = (step: Step) => left.filter((other) => other !== step);
    // What changes nothing comes first: whatever could come before it can as well come behind it.
    const idle = next.find(({ states }) => states.length === 1 && isSame(states[0], state));
    const isRight = idle
      ? visit(without(idle.step), state)
      : next.some(({ step, states }) => states.some((each) => visit(without(step), each)));
    if (isRight) return true;
    dead.add(key);
    return false;
  };
  return visit(steps, ABSENT);
}

/** How far the lease had come when it was shown; unset where it was not. */
function rankOf({ answer }: Operation): number | undefined {
  if (answer.kind !== 'ok') return undefined;
  return answer.lease.state === 'ACTIVE' ? answer.lease.renewals : Infinity;
}

function isSame(one: State | undefined, other: State): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function unseenUntil(operations: readonly Operation[], atMs: number): Unseen {
  const sent = operations.filter(({ sentMs }) => sentMs <= atMs);
  const releases = sent.filter(mayRelease).map(({ disposition = 'COLLECT' }) => disposition);
  return {
    create: sent.some(({ verb, answer }) => verb === 'create' && !refusedFor(answer, 'LEASE_ID_TAKEN')),
    renew: sent.some(({ verb, answer }) => verb === 'renew' && !refusedFor(answer, 'NOT_LEASE_HOLDER')),
    releases: [...new Set(releases)],
  };
}

/** The states in which the register may be once it gave this answer. None: it cannot have given it. */
function after(state: State, operation: Operation, unseen: Unseen): readonly State[] {
  const { verb, answer, disposition = 'COLLECT' } = operation;
  if (answer.kind === 'unknown') return [state];
  if (answer.kind === 'refused') return afterRefusal(state, operation, answer.reason, unseen);
  const { lease } = answer;
  if (verb === 'create' && answer.replayed !== true)
    return state.phase === 'absent' && lease.state === 'ACTIVE' && lease.renewals === 0
      ? [{ phase: 'active', renewals: 0, most: 0 }]
      : [];
  if (verb === 'renew') {
    if (lease.state !== 'ACTIVE') return [];
    return present(state, unseen).flatMap((before) =>
      before.phase === 'active' && before.renewals < lease.renewals ? [read(lease)] : [],
    );
  }
  if (verb !== 'release') return reach(state, lease, unseen);
  const isRight = lease.state === 'EXPIRED' ? disposition === 'COLLECT' : lease.disposition === disposition;
  if (!isRight || lease.state === 'ACTIVE') return [];
  return reach(state, lease, { ...unseen, releases: [disposition] });
}

function afterRefusal(
  state: State,
  { verb, disposition = 'COLLECT' }: Operation,
  reason: string,
  unseen: Unseen,
): readonly State[] {
  switch (reason) {
    case 'LEASE_NOT_FOUND':
    case 'OBJECT_BEING_COLLECTED':
    case 'LEASE_QUOTA_EXCEEDED':
      return state.phase === 'absent' ? [state] : [];
    case 'CLEANUP_OWNED':
      if (verb === 'create') return state.phase === 'absent' ? [state] : [];
      return present(state, unseen).filter(({ phase }) => phase === 'active');
    case 'LEASE_ENDED':
      return present(state, unseen)
        .flatMap((before) => ended(before, unseen))
        .filter((end) => {
          if (verb !== 'release') return true;
          return end.phase === 'expired' ? disposition === 'KEEP' : end.disposition !== disposition;
        });
    default:
      return present(state, unseen);
  }
}

/** With the create that nobody answered, if there is one. */
function present(state: State, { create }: Unseen): readonly State[] {
  if (state.phase !== 'absent') return [state];
  return create ? [{ phase: 'active', renewals: 0, most: 0 }] : [];
}

/** The ends that the lease may have come to, or the one that it has. */
function ended(state: State, { renew, releases }: Unseen): readonly State[] {
  if (state.phase !== 'active') return [state];
  const most = renew ? Infinity : state.renewals;
  const { renewals } = state;
  return [
    { phase: 'expired', renewals, most },
    ...releases.map((disposition) => ({ phase: 'released' as const, renewals, most, disposition })),
  ];
}

/** To the state that was read. */
function reach(state: State, lease: Reading, unseen: Unseen): readonly State[] {
  return present(state, unseen)
    .flatMap((before) => (lease.state === 'ACTIVE' ? [before] : ended(before, unseen)))
    .flatMap((before) => {
      const target = read(lease);
      if (before.phase !== target.phase || before.disposition !== target.disposition) return [];
      const most = before.phase === 'active' && unseen.renew ? Infinity : before.most;
      return before.renewals <= target.renewals && target.renewals <= most ? [target] : [];
    });
}

function read({ state, renewals, disposition }: Reading): State {
  const phase = ({ ACTIVE: 'active', EXPIRED: 'expired', RELEASED: 'released' } as const)[state];
  return { phase, renewals, most: renewals, disposition };
}

/** The row, as the last reading of all. */
function reading(leaseId: string, row: Reading): Operation {
  const { objectKey, serviceId: client } = row;
  const answer = { kind: 'ok', lease: row, serverMs: Infinity } as const;
  return { verb: 'get', client, leaseId, objectKey, sentMs: Infinity, doneMs: Infinity, answer };
}

function refusedFor(answer: Operation['answer'], reason: string): boolean {
  return answer.kind === 'refused' && answer.reason === reason;
}
