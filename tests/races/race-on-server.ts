import { PostgresStore } from '@lease/storage-postgres';
import postgres from 'postgres';
import { RunningPostgres } from '../helpers/postgres/running-postgres.js';
import { deadlocksIn } from './deadlocks.js';
import { Field, type RaceReport } from './field.js';

export interface ServerRaces {
  readonly reports: readonly RaceReport[];
  /** As the server counted them. */
  readonly deadlocks: number;
  /** Lines of the server's log. */
  readonly errors: readonly string[];
}

/** The adapter repeats what fails so: contention that it made visible itself. */
const REPEATED = [
  'another create made one of the objects',
  'another create took one of the lease ids',
  'a service was pruned meanwhile',
  'a lease was pruned meanwhile',
];

/** Runs races on a server of their own, one seed after the other, with a line of progress for each ten. */
export async function raceOnServer(options: {
  readonly durable: boolean;
  readonly firstSeed: number;
  readonly seeds: number;
  readonly connections: number;
  readonly forMs: number;
  readonly progress: (line: string) => void;
}): Promise<ServerRaces> {
  const { durable, firstSeed, seeds, connections, forMs, progress } = options;
  const server = await RunningPostgres.start({ durable });
  const { url } = server;
  const sql = postgres(url, { max: 3, onnotice: () => undefined });
  try {
    const open = (schema: string, maxConnections: number) =>
      PostgresStore.open({ url, schema, maxConnections });
    const field = await Field.open({ open, sql, schema: 'races', connections });
    const reports: RaceReport[] = [];
    for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
      const report = await field.race(seed, forMs);
      reports.push(report);
      for (const { promise, what } of report.violations) progress(`seed ${seed}: ${promise}: ${what}`);
      if (reports.length % 10 === 0) {
        progress(`${durable ? 'durable' : 'quick'} server: ${reports.length} of ${seeds} seeds`);
      }
    }
    await field.close();
    return { reports, deadlocks: await deadlocksIn(sql), errors: errorsIn(server.log()) };
  } finally {
    await sql.end();
    await server[Symbol.asyncDispose]();
  }
}

function errorsIn(log: string): readonly string[] {
  return log
    .split('\n')
    .filter((line) => /\b(ERROR|FATAL|PANIC): |deadlock detected/.test(line))
    .filter((line) => !REPEATED.some((message) => line.includes(message)));
}
