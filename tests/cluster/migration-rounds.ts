import postgres from 'postgres';
import { Child } from '../helpers/child.js';
import { executable } from '../helpers/executable.js';
import type { RunningPostgres } from '../helpers/postgres/running-postgres.js';
import { catalogOf } from './catalog.js';

const main = executable(import.meta.resolve('@lease/server/package.json'));

export interface MigrationOptions {
  readonly rounds: number;
  readonly postgres: RunningPostgres;
  /** Default 3. */
  readonly processes?: number;
  readonly progress?: (line: string) => void;
}

export interface MigrationReport {
  readonly rounds: number;
  readonly processes: number;
  readonly succeeded: number;
  /** Different catalogs that came of it. */
  readonly schemas: number;
  /** What the catalog of the first round consists of. */
  readonly catalogLines: number;
  readonly violations: readonly string[];
}

/** F16: several processes migrate an empty database together, each time a new one. */
export async function migrationRounds(options: MigrationOptions): Promise<MigrationReport> {
  const { rounds, postgres: server, processes = 3, progress = () => undefined } = options;
  const catalogs = new Set<string>();
  const violations: string[] = [];
  let succeeded = 0;
  for (let round = 1; round <= rounds; round += 1) {
    const database = `round_${round}`;
    const url = new URL(server.url);
    url.pathname = `/${database}`;
    await administer(server.url, `create database ${database}`);
    const children = Array.from(
      { length: processes },
      () => new Child({ name: 'migrate', args: [main, 'migrate'], env: { LEASE_DATABASE_URL: url.href } }),
    );
    for (const child of children) {
      const { code } = await child.exit;
      if (code === 0) succeeded += 1;
      else violations.push(`F16: round ${round}: ended with ${code ?? 'a signal'}: ${child.output}`);
    }
    catalogs.add((await catalogOf(url.href, 'lease')).join('\n'));
    await administer(server.url, `drop database ${database}`);
    if (round % 5 === 0) progress(`round ${round} of ${rounds}: ${succeeded} processes succeeded`);
  }
  const [catalog = ''] = catalogs;
  const catalogLines = catalog.split('\n').length;
  if (catalogs.size !== 1) violations.push(`F16: ${catalogs.size} different schemas`);
  if (!catalog.includes('relation r lease ')) violations.push('F16: the schema has no table lease');
  return { rounds, processes, succeeded, schemas: catalogs.size, catalogLines, violations };
}

async function administer(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1 });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}
