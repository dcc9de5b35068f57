/** What differs between the databases that keep the same tables. */
export interface Dialect {
  /** The name of a table, as SQL. */
  readonly table: (name: string) => string;
  /** The state of a row of `finished`, as SQL. */
  readonly finishedState: string;
  /** The active leases that a row of `service s` counts, as SQL. */
  readonly countedOfService: string;
}

/** A number for each name. */
export type Counts = Readonly<Record<string, number>>;

/**
 * Counts the tables, in one statement and so in one snapshot: a column for each total and gauge, by its name. `inForce` are
 * the claims that nobody has settled; `miscounted*` rows whose own count of active leases is wrong. Nothing may have been
 * pruned.
 */
export function countsQuery(dialect: Dialect): string {
  const columns = Object.entries(countsOf(dialect)).map(([name, count]) => `(${count}) as "${name}"`);
  return `select ${columns.join(',\n  ')}`;
}

function countsOf({ table, finishedState, countedOfService }: Dialect): Readonly<Record<string, string>> {
  const count = (from: string, holds = 'true') => `select count(*) from ${table(from)} where ${holds}`;
  // Joined, not looked up one by one: there is no index by object alone.
  const miscounted = (owner: string, key: string, counted: string) => `
    select count(*) from ${table(owner)} s left join (
      select ${key}, count(*) as holds from ${table('lease')} where state = 'ACTIVE' group by ${key}
    ) l on l.${key} = s.${key} where ${counted} <> coalesce(l.holds, 0)`;
  return {
    created: count('lease'),
    active: count('lease', "state = 'ACTIVE'"),
    released: count('lease', "state = 'RELEASED'"),
    expired: count('lease', "state = 'EXPIRED'"),
    renewals: `select coalesce(sum(renewal_count), 0) from ${table('lease')}`,
    held: count('object', "state = 'HELD'"),
    open: count('object', "state in ('DUE', 'CLAIMED')"),
    abandoned: count('object', "state = 'ABANDONED'"),
    collected: count('finished', `${finishedState} = 'COLLECTED'`),
    revived: count('finished', `${finishedState} = 'REVIVED'`),
    forgotten: count('finished', `${finishedState} = 'FORGOTTEN'`),
    inForce: count('object', "state = 'CLAIMED'"),
    done: count('attempt', "outcome = 'DONE'"),
    retried: count('attempt', "outcome = 'RETRY'"),
    failed: count('attempt', "outcome = 'FAIL'"),
    unstarted: count('attempt', "outcome = 'UNSTARTED'"),
    lost: count('attempt', "outcome = 'LOST'"),
    miscountedObjects: miscounted('object', 'object_key', 's.active'),
    miscountedServices: miscounted('service', 'service_id', countedOfService),
  };
}

/** The totals that the tables do not bear out, each with its two numbers. `told`: the same names, as the store keeps them. */
export function differences(told: Counts, counted: Counts): readonly string[] {
  const known = { ...told, miscountedObjects: 0, miscountedServices: 0 };
  return Object.entries(counted).flatMap(([name, count]) => {
    const total = (known as Counts)[name] ?? NaN;
    return total === count ? [] : [`S6, S16: ${name} is ${total}, the tables show ${count}`];
  });
}
