import type { RaceReport } from './field.js';

/** What a suite of races must have gone through: without these, many seeds would prove little. */
const ENCOUNTERS = [
  'create done',
  'create replayed',
  'create revived',
  'create LEASE_ID_TAKEN',
  'create OBJECT_BEING_COLLECTED',
  'create CLEANUP_OWNED',
  'create LEASE_QUOTA_EXCEEDED',
  'renew done',
  'renew LEASE_ENDED',
  'renew NOT_LEASE_HOLDER',
  'release done',
  'release LEASE_ENDED',
  'claim some',
  'settle settled',
  'settle stale',
  'sweep swept',
  'sweep busy',
  'expired',
  'kept',
  'forgotten',
  'lost',
  'retried',
  'failed',
  'unstarted',
] as const;

export function missingFrom(encounters: ReadonlyMap<string, number>): readonly string[] {
  return ENCOUNTERS.filter((kind) => (encounters.get(kind) ?? 0) === 0);
}

/** Several races in one. */
export interface Summary {
  readonly seeds: number;
  readonly calls: number;
  readonly unanswered: number;
  readonly events: number;
  readonly snapshots: number;
  /** Each with its seed. */
  readonly violations: readonly string[];
  /** How often what was met. */
  readonly encounters: ReadonlyMap<string, number>;
}

export function summarize(reports: readonly RaceReport[]): Summary {
  const sum = (of: (report: RaceReport) => number) =>
    reports.reduce((total, report) => total + of(report), 0);
  const encounters = new Map<string, number>();
  for (const { answers, counts } of reports) {
    const { leases, cleanups, attempts } = counts;
    const { kept, forgotten } = cleanups;
    const { lost, retried, failed, unstarted } = attempts;
    const more = Object.entries({
      expired: leases.expired,
      kept,
      forgotten,
      lost,
      retried,
      failed,
      unstarted,
    });
    for (const [kind, count] of [...answers, ...more])
      encounters.set(kind, (encounters.get(kind) ?? 0) + count);
  }
  return {
    seeds: reports.length,
    calls: sum(({ calls }) => calls),
    unanswered: sum(({ unanswered }) => unanswered),
    events: sum(({ events }) => events),
    snapshots: sum(({ snapshots }) => snapshots),
    violations: reports.flatMap(({ seed, violations }) =>
      violations.map(({ promise, what }) => `seed ${seed}: ${promise}: ${what}`),
    ),
    encounters,
  };
}
