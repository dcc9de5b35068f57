import type { CleanupClaim, ClaimCleanups, Prune, Sweep, SweepReport } from '@lease/core';
import { abandon, endAttempt } from './cleanups.js';
import { allowed, same } from './difference.js';
import { expire } from './leases.js';
import { draw, type Model, operatorPaused, type Run } from './records.js';
import { keptUntil, recoveryAfter, sparedUntil } from './recovery.js';

const LOSSES_TO_ABANDON = 16;

/**
 * A sweep. Which of the overdue leases a bounded one ends is the store's to choose: `expired` are the ids of those that
 * it shows as expired now.
 */
export function sweep(
  model: Model,
  { limit, graceMs }: Sweep,
  report: SweepReport,
  expired: ReadonlySet<string>,
): void {
  const { now } = model;
  const gap = { from: model.lastSweep ?? now, to: now };
  model.lastSweep = now;
  if (gap.to - gap.from > 1_000) {
    model.gapUntil = Math.max(model.gapUntil, now + Math.min(gap.to - gap.from, 30_000));
    model.recovery = recoveryAfter(gap, model.recovery);
  }
  const paused = operatorPaused(model) || now < model.gapUntil;

  const active = model.leases.filter(({ lease }) => lease.state === 'ACTIVE');
  const ended = active.filter(({ lease }) => expired.has(lease.leaseId));
  const overdue = active.filter(({ lease }) => lease.expireTime + graceMs <= now);
  for (const found of paused ? [] : overdue) {
    const until = sparedUntil(model.recovery, found.lease);
    if (until > now) found.putOffUntil = Math.max(found.putOffUntil ?? 0, until);
  }
  // Put off by a sweep without a grace, a lease is met by one with a grace only so much later.
  const inOrder = overdue.filter(({ putOffUntil = 0 }) => putOffUntil + graceMs <= now);
  allowed(
    'end a lease before its time',
    ended.every((lease) => overdue.includes(lease)),
  );
  allowed('end anything in a pause', !paused || ended.length === 0);
  allowed(
    'end in a recovery what was not renewed since the gap',
    ended.every(({ lease }) => sparedUntil(model.recovery, lease) <= now),
  );
  allowed('end more than the limit', ended.length <= limit);
  allowed(
    'leave overdue leases for later',
    paused || report.nextInMs === 0 || inOrder.every((lease) => ended.includes(lease)),
  );
  allowed('sleep through a heartbeat', report.nextInMs >= 0 && report.nextInMs <= 500);
  const runsBefore = model.runs.length;
  expire(model, ended);
  const { status, expired: count, due } = report;
  same(
    'sweep',
    { status, expired: count, due },
    { status: paused ? 'paused' : 'swept', expired: ended.length, due: model.runs.length - runsBefore },
  );
}

/**
 * A claim. Which of the due cleanups it takes is the store's to choose, within fairness: `abandoned` are the generations
 * of those that it shows as abandoned now.
 */
export function claim(
  model: Model,
  command: ClaimCleanups,
  claims: readonly CleanupClaim[],
  abandoned: ReadonlySet<number>,
): void {
  const due = model.runs.filter(
    (run) =>
      (run.state === 'DUE' || run.state === 'CLAIMED') && run.at <= model.now && !operatorPaused(model),
  );
  const takeable = due.filter(({ given }) => !command.busyEndpoints.includes(given.endpoint));
  const given = new Set(claims.map(({ generation }) => generation));
  const poisonous = takeable.filter(({ generation }) => abandoned.has(generation));
  const taken = takeable.filter((run) => given.has(run.generation) || poisonous.includes(run));
  same('claimed cleanups', claims.length, taken.length - poisonous.length);
  checkFair(command, takeable, taken);

  for (const run of taken) {
    if (run.state !== 'CLAIMED') continue;
    run.lost += 1;
    run.reached += 1;
    run.unanswered = true;
    endAttempt(model, run, 'LOST');
  }
  for (const run of taken) {
    same('abandoned for lost claims', poisonous.includes(run), run.lost >= LOSSES_TO_ABANDON);
    if (poisonous.includes(run)) abandon(model, run, 'CLAIM_LOST');
  }
  for (const answer of [...claims].sort((a, b) => a.fence - b.fence)) {
    const run = taken.find(({ generation }) => generation === answer.generation);
    if (!run) throw new Error('a claim that the model did not match');
    begin(model, run, command, answer);
  }
}

function begin(model: Model, run: Run, command: ClaimCleanups, answer: CleanupClaim): void {
  const fence = draw(model);
  run.state = 'CLAIMED';
  run.at = model.now + command.claimMs;
  run.attempt += 1;
  run.claim = { fence, claimant: command.claimant, time: model.now };
  learn(run, answer);
  const { object, generation, attempt, reason, dueTime, cleanupId, lastLeaseIds } = run;
  const { leaseId, serviceId, metadata, spec, endpoint } = run.given;
  same('claim', answer, {
    ...{ cleanupId, object, generation, fence, attempt, reason, dueTime },
    ...{ lastLeaseId: lastLeaseIds[0], leaseId, serviceId, metadata, spec, endpoint },
  });
}

/** Takes over what the store draws or may choose, the first time that it shows it. */
export function learn(run: Run, seen: { readonly cleanupId: string; readonly lastLeaseId: string }): void {
  run.cleanupId ??= seen.cleanupId;
  if (run.lastLeaseIds.includes(seen.lastLeaseId)) run.lastLeaseIds = [seen.lastLeaseId];
}

/** Round robin between endpoints, earliest first within one, no slot left empty that could be used. */
function checkFair(command: ClaimCleanups, takeable: readonly Run[], taken: readonly Run[]): void {
  allowed('claim more than the limit', taken.length <= command.limit);
  const shares = [...new Set(takeable.map(({ given }) => given.endpoint))].map((endpoint) => {
    const queue = takeable.filter(({ given }) => given.endpoint === endpoint);
    const served = queue.filter((run) => taken.includes(run));
    const lastServed = Math.max(...served.map(({ at }) => at));
    const left = queue.filter((run) => !taken.includes(run));
    allowed(
      'overtake within an endpoint',
      left.every(({ at }) => at >= lastServed || served.length === 0),
    );
    return { served: served.length, wanted: Math.min(queue.length, command.perEndpointLimit) };
  });
  for (const share of shares) {
    allowed('claim more of one endpoint than its limit', share.served <= command.perEndpointLimit);
    if (share.served === share.wanted) continue;
    allowed('leave a slot empty', taken.length === command.limit);
    allowed(
      'serve one endpoint twice before another',
      shares.every(({ served }) => served <= share.served + 1),
    );
  }
}

/** Prunes without a limit that binds. */
export function prune(model: Model, { endedLeasesOlderThanMs, finishedCleanupsOlderThanMs }: Prune): void {
  const { now, recovery } = model;
  const old = (endTime: number, keptMs: number) =>
    now - endTime > keptMs && now >= keptUntil(recovery, keptMs);
  for (const found of model.leases) {
    if (old(found.lease.endTime ?? now, endedLeasesOlderThanMs)) found.pruned = true;
  }
  for (const run of model.runs) {
    const finished = run.state === 'COLLECTED' || run.state === 'REVIVED' || run.state === 'FORGOTTEN';
    if (finished && old(run.endTime ?? now, finishedCleanupsOlderThanMs)) run.pruned = true;
  }
  for (const attempt of model.attempts) {
    if (old(attempt.settleTime, finishedCleanupsOlderThanMs)) attempt.pruned = true;
  }
}
