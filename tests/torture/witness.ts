import postgres from 'postgres';

/**
 * Writes down which replica made each claim. The store knows only what a process claims as, which is new at each start; the
 * session that claims bears its replica's name.
 */
export class Witness {
  readonly #url: string;
  readonly #schema: string;

  constructor(url: string, schema: string) {
    this.#url = url;
    this.#schema = schema;
  }

  /** Nothing has been claimed before. */
  async arrive(): Promise<void> {
    const table = `"${this.#schema}".witness`;
    await this.#ask((sql) =>
      sql.unsafe(`
        create table ${table} (fence bigint primary key, replica text not null);
        create function ${table}() returns trigger language plpgsql as $$
        begin
          insert into ${table} values (new.fence, current_setting('application_name'));
          return null;
        end $$;
        create trigger witness after update on "${this.#schema}".object for each row
          when (new.fence is not null and new.fence is distinct from old.fence) execute function ${table}();`),
    );
  }

  /** By fence. */
  async replicas(): Promise<ReadonlyMap<number, string>> {
    const rows = await this.#ask(
      (sql) => sql<{ fence: number; replica: string }[]>`
        select fence::float8 as fence, replica from ${sql(this.#schema)}.witness`,
    );
    return new Map(rows.map(({ fence, replica }) => [fence, replica]));
  }

  /** How many claims each replica has in flight, if any. */
  async inFlight(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#ask(
      (sql) => sql<{ replica: string; claims: number }[]>`
        select replica, count(*)::int as claims
        from ${sql(this.#schema)}.witness join ${sql(this.#schema)}.object using (fence)
        where state = 'CLAIMED' group by replica order by replica`,
    );
    return new Map(rows.map(({ replica, claims }) => [replica, claims]));
  }

  async #ask<T>(question: (sql: postgres.Sql) => Promise<T>): Promise<T> {
    const sql = postgres(this.#url, {
      max: 1,
      onnotice: () => undefined,
      connection: { application_name: 'witness' },
    });
    try {
      return await question(sql);
    } finally {
      await sql.end();
    }
  }
}
