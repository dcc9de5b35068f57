import postgres from 'postgres';

export interface LeaseRow {
  readonly leaseId: string;
  readonly objectKey: string;
  readonly state: 'ACTIVE' | 'EXPIRED' | 'RELEASED';
  readonly expireMs: number;
  readonly endMs: number | undefined;
  readonly renewals: number;
}

/** All that answers tell of a lease, too. */
export interface WholeLeaseRow extends LeaseRow {
  readonly serviceId: string;
  readonly createMs: number;
  readonly generation: number;
  readonly disposition: 'COLLECT' | 'KEEP' | null;
}

/** A cleanup that has not come to its end. */
export interface UnfinishedRow {
  readonly cleanupId: string;
  readonly objectKey: string;
  readonly generation: number;
  readonly state: 'DUE' | 'CLAIMED' | 'ABANDONED';
}

/** A claim that was settled or lost. */
export interface AttemptRow {
  readonly cleanupId: string;
  readonly fence: number;
  readonly attempt: number;
  readonly outcome: 'DONE' | 'RETRY' | 'FAIL' | 'UNSTARTED' | 'LOST';
  readonly claimMs: number;
  readonly settleMs: number;
}

/** A cleanup that came to its end. */
export interface FinishedRow {
  readonly cleanupId: string;
  readonly objectKey: string;
  readonly generation: number;
  readonly state: 'COLLECTED' | 'REVIVED' | 'FORGOTTEN';
}

/** A claim that is in force, or one that was lost. */
export interface ClaimRow {
  readonly cleanupId: string;
  readonly fence: number;
  readonly claimMs: number;
}

/** An attempt that neither succeeded nor was lost, and why. */
export interface FailedRow {
  readonly cleanupId: string;
  readonly attempt: number;
  readonly outcome: 'RETRY' | 'FAIL';
  readonly detail: string | null;
}

/** The store as its database shows it to somebody who knows nothing of the servers. */
export class Tables {
  readonly #url: string;
  readonly #schema: string;

  constructor(url: string, schema: string) {
    this.#url = url;
    this.#schema = schema;
  }

  /** Claims of one claimant that nobody has settled. */
  claimsOf(claimant: string): Promise<readonly ClaimRow[]> {
    return this.#ask(
      (sql) => sql<ClaimRow[]>`
        select cleanup_id as "cleanupId", fence::float8 as fence, ${ms(sql, 'claim_time')} as "claimMs"
        from ${this.#table(sql, 'object')} where state = 'CLAIMED' and claimant = ${claimant}`,
    );
  }

  /** Everybody who has ever claimed. */
  async claimants(): Promise<readonly string[]> {
    const rows = await this.#ask(
      (sql) => sql<{ claimant: string }[]>`
        select claimant from ${this.#table(sql, 'attempt')}
        union select claimant from ${this.#table(sql, 'object')} where claimant is not null`,
    );
    return rows.map(({ claimant }) => claimant);
  }

  lostClaims(): Promise<readonly ClaimRow[]> {
    return this.#ask(
      (sql) => sql<ClaimRow[]>`
        select cleanup_id as "cleanupId", fence::float8 as fence, ${ms(sql, 'claim_time')} as "claimMs"
        from ${this.#table(sql, 'attempt')} where outcome = 'LOST'`,
    );
  }

  failedAttempts(): Promise<readonly FailedRow[]> {
    return this.#ask(
      (sql) => sql<FailedRow[]>`
        select cleanup_id as "cleanupId", attempt, outcome, detail
        from ${this.#table(sql, 'attempt')} where outcome in ('RETRY', 'FAIL') order by fence`,
    );
  }

  leases(): Promise<readonly WholeLeaseRow[]> {
    return this.#ask(
      (sql) => sql<WholeLeaseRow[]>`
        select lease_id as "leaseId", object_key as "objectKey", state, renewal_count as renewals,
          service_id as "serviceId", generation::float8 as generation, disposition,
          ${ms(sql, 'create_time')} as "createMs",
          ${ms(sql, 'expire_time')} as "expireMs", ${ms(sql, 'end_time')} as "endMs"
        from ${this.#table(sql, 'lease')}`,
    );
  }

  finished(): Promise<readonly FinishedRow[]> {
    return this.#ask(
      (sql) => sql<FinishedRow[]>`
        select cleanup_id as "cleanupId", object_key as "objectKey", generation::float8 as generation, state
        from ${this.#table(sql, 'finished')}`,
    );
  }

  unfinished(): Promise<readonly UnfinishedRow[]> {
    return this.#ask(
      (sql) => sql<UnfinishedRow[]>`
        select cleanup_id as "cleanupId", object_key as "objectKey", generation::float8 as generation, state
        from ${this.#table(sql, 'object')} where state <> 'HELD'`,
    );
  }

  attempts(): Promise<readonly AttemptRow[]> {
    return this.#ask(
      (sql) => sql<AttemptRow[]>`
        select cleanup_id as "cleanupId", fence::float8 as fence, attempt, outcome,
          ${ms(sql, 'claim_time')} as "claimMs", ${ms(sql, 'settle_time')} as "settleMs"
        from ${this.#table(sql, 'attempt')}`,
    );
  }

  /** Active leases of each service, in one snapshot. */
  activeByService(): Promise<readonly { readonly service: string; readonly active: number }[]> {
    return this.#ask(
      (sql) => sql<{ service: string; active: number }[]>`
        select service_id as service, count(*)::int as active
        from ${this.#table(sql, 'lease')} where state = 'ACTIVE' group by service_id`,
    );
  }

  /** Outcomes that were refused. */
  staleOutcomes(): Promise<number> {
    return this.#count(
      (sql) => sql`
        select (select stale from ${this.#table(sql, 'total')}) +
          (select coalesce(sum(stale), 0) from ${this.#table(sql, 'ledger')})`,
    );
  }

  /** Sessions whose application has that name. */
  sessions(application: string): Promise<number> {
    return this.#count(
      (sql) => sql`select count(*) from pg_stat_activity where application_name = ${application}`,
    );
  }

  /** Those of them that wait for a lock to read one lease. */
  blockedReads(application: string): Promise<number> {
    return this.#count(
      (sql) => sql`
        select count(*) from pg_stat_activity where application_name = ${application}
          and wait_event_type = 'Lock' and query like '%lease_row(l)%'`,
    );
  }

  async #count(question: (sql: postgres.Sql) => postgres.PendingQuery<postgres.Row[]>): Promise<number> {
    const [row] = await this.#ask(question);
    return Number(Object.values(row ?? {})[0]);
  }

  /** One connection for one question: none is open when the server goes down. */
  async #ask<T>(question: (sql: postgres.Sql) => Promise<T>): Promise<T> {
    const sql = postgres(this.#url, { max: 1, connection: { application_name: 'tables' } });
    try {
      return await question(sql);
    } finally {
      await sql.end();
    }
  }

  #table(sql: postgres.Sql, name: string) {
    return sql`${sql(this.#schema)}.${sql(name)}`;
  }
}

function ms(sql: postgres.Sql, column: string) {
  return sql`(extract(epoch from ${sql(column)}) * 1000)::float8`;
}
