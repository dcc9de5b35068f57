import { Gauge, type Registry } from 'prom-client';

/** Connections of a store that has a pool of them, now. */
export interface PoolTally {
  /** At most so many are used at once. */
  readonly limit: number;
  /** In use, now. */
  readonly used: number;
  /** Calls that wait for one, now. */
  readonly waiting: number;
}

/** Calls that wait say that the pool is too small, or the database too slow. */
export function poolFigures(tally: () => PoolTally, registry: Registry): void {
  const gauges = [
    {
      name: 'lease_database_connections_limit',
      help: 'Connections that this process may use at once.',
      value: ({ limit }: PoolTally) => limit,
    },
    {
      name: 'lease_database_connections_used',
      help: 'Connections on which a call is under way.',
      value: ({ used }: PoolTally) => used,
    },
    {
      name: 'lease_database_calls_waiting',
      help: 'Calls that wait for a connection.',
      value: ({ waiting }: PoolTally) => waiting,
    },
  ];
  for (const { name, help, value } of gauges) {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value(tally()));
      },
    });
  }
}
