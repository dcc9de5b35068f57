import type { AttemptResult, CleanupClaim } from '@lease/core';
import type { Process } from '../engine/process.js';
import type { Shape } from '../plan/shape.js';
import { isForbidden } from './attempt-book.js';
import type { Verdict } from './verdict.js';

const FAILURES_TO_OPEN = 5;
const FIRST_OPEN_MS = 1_000;
const MAX_OPEN_MS = 60_000;
/** An attempt has ended so long after its timeout, unless its process slept. */
const TIMEOUT_SLACK_MS = 2_000;

/** What one process has seen of one endpoint. */
interface Record {
  /** In a row, until it opened. */
  failures: number;
  /** In a row; 0: the breaker is closed. */
  openings: number;
  openedAtMs: number;
  /** The attempt that was sent since it opened, by its fence. */
  probe: number | undefined;
}

/** What is known of a process. */
type Caller = Pick<Process, 'name' | 'pausedMs'>;

/** When an attempt was sent, and how long its process had slept by then. */
interface Sent {
  readonly atMs: number;
  readonly pausedMs: number;
}

/**
 * L3, as the outside sees it: a process that saw an endpoint fail five times in a row leaves it alone for a while, then
 * sends one attempt after another, further and further apart, until one is answered.
 */
export class BreakerBook {
  readonly #verdict: Verdict;
  readonly #maxProbes: number;
  readonly #worldMs: () => number;
  readonly #sent = new Map<number, Sent>();
  readonly #byProcess = new Map<string, Map<string, Record>>();

  constructor(verdict: Verdict, { maxConcurrent }: Shape, worldMs: () => number) {
    this.#verdict = verdict;
    this.#maxProbes = Math.max(1, Math.floor(maxConcurrent / 4));
    this.#worldMs = worldMs;
  }

  sent({ name: process, pausedMs }: Caller, { endpoint, fence }: CleanupClaim): void {
    this.#sent.set(fence, { atMs: this.#worldMs(), pausedMs });
    const records = this.#recordsOf(process);
    const record = records.get(endpoint);
    if (record === undefined || record.openings === 0) return;
    const openMs = this.#worldMs() - record.openedAtMs;
    const leastMs = Math.min(MAX_OPEN_MS, FIRST_OPEN_MS * 2 ** (record.openings - 1)) / 2;
    // Clocks add up fractions of a millisecond in another order.
    this.#expect(openMs > leastMs - 1, () => `${process} calls ${endpoint} ${openMs} ms after it opened`);
    this.#expect(record.probe === undefined, () => `${process} has two probes at ${endpoint}`);
    record.probe = fence;
    const probes = [...records.values()].filter(({ probe }) => probe !== undefined).length;
    this.#expect(probes <= this.#maxProbes, () => `${process} has ${probes} probes under way`);
  }

  ended(caller: Caller, claim: CleanupClaim, result: AttemptResult): void {
    const { endpoint, fence } = claim;
    const overslept = this.#overslept(caller, claim);
    this.#sent.delete(fence);
    const records = this.#recordsOf(caller.name);
    const record = records.get(endpoint) ?? { failures: 0, openings: 0, openedAtMs: 0, probe: undefined };
    const wasProbe = record.probe === fence;
    if (wasProbe) record.probe = undefined;
    if (isForbidden(result)) return;
    if (result.kind === 'done' || result.kind === 'fail') {
      records.delete(endpoint);
      return;
    }
    if (result.kind !== 'retry' || result.cause === 'cleanup') return;
    // Whoever slept that long does not know whether there was an answer.
    if (overslept && result.contact === 'unanswered') return;
    records.set(endpoint, record);
    if (record.openings === 0) record.failures += 1;
    if (!wasProbe && !(record.openings === 0 && record.failures >= FAILURES_TO_OPEN)) return;
    record.openings += 1;
    record.openedAtMs = this.#worldMs();
  }

  #overslept({ name, pausedMs }: Caller, { fence, spec }: CleanupClaim): boolean {
    const sent = this.#sent.get(fence);
    this.#expect(sent !== undefined, () => `${name} ends an attempt that it never sent`);
    if (sent === undefined) return false;
    const tookMs = this.#worldMs() - sent.atMs;
    return pausedMs > sent.pausedMs && tookMs > spec.retry.attemptTimeoutMs + TIMEOUT_SLACK_MS;
  }

  #recordsOf(process: string): Map<string, Record> {
    let records = this.#byProcess.get(process);
    if (records === undefined) {
      records = new Map();
      this.#byProcess.set(process, records);
    }
    return records;
  }

  #expect(kept: boolean, message: () => string): void {
    this.#verdict.expect(kept, 'L3', message);
  }
}
