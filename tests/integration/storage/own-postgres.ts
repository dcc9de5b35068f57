import postgres from 'postgres';
import { RunningPostgres } from '../../helpers/postgres/running-postgres.js';
import { ClockedSchema } from './clocked-schema.js';
import { PostgresContexts } from './postgres-context.js';

/** Stores on a PostgreSQL of one's own, for runs outside of the tests. */
export class OwnPostgres implements AsyncDisposable {
  readonly contexts: PostgresContexts;
  readonly #server: RunningPostgres;
  readonly #clients: postgres.Sql[] = [];

  private constructor(server: RunningPostgres) {
    this.#server = server;
    this.contexts = new PostgresContexts(() => {
      const sql = postgres(server.url, { max: 1, fetch_types: false, onnotice: () => undefined });
      this.#clients.push(sql);
      return ClockedSchema.create(server.url, `store_${this.#clients.length}`, sql);
    });
  }

  static async start(): Promise<OwnPostgres> {
    return new OwnPostgres(await RunningPostgres.start());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.contexts.close();
    await Promise.all(this.#clients.map((client) => client.end()));
    await this.#server[Symbol.asyncDispose]();
  }
}
