import { Counter, type Registry } from 'prom-client';

/** Commits of a store that this process owns, and the calls that shared them. Counts from 0 at each start. */
export interface CommitTally {
  readonly commits: number;
  readonly calls: number;
}

/** Calls per commit say what group commit saves. */
export function commitFigures(tally: CommitTally, registry: Registry): void {
  const registers = [registry];
  new Counter({
    name: 'lease_sqlite_commits_total',
    help: 'Commits of the SQLite store by this process.',
    registers,
    collect() {
      this.reset();
      this.inc(tally.commits);
    },
  });
  new Counter({
    name: 'lease_sqlite_committed_calls_total',
    help: 'Calls that these commits made durable.',
    registers,
    collect() {
      this.reset();
      this.inc(tally.calls);
    },
  });
}
