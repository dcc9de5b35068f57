import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(
  new URL('bin/lease-server.cjs', import.meta.resolve('@lease/server/package.json')),
);

export interface LeaseServer extends AsyncDisposable {
  /** `host:port` of its gRPC listener. */
  readonly address: string;
}

/** A server of its own, with the memory store. */
export function startMemoryServer(): Promise<LeaseServer> {
  return startLeaseServer(['--storage', 'memory']);
}

/** So many servers over one schema of one PostgreSQL, with the defaults of their settings. */
export async function startPostgresServers(
  count: number,
  database: { readonly url: string; readonly schema: string },
): Promise<AsyncDisposable & { readonly addresses: readonly string[] }> {
  const flags = [
    '--storage',
    'postgres',
    '--database-url',
    database.url,
    '--database-schema',
    database.schema,
  ];
  const servers = await Promise.all(Array.from({ length: count }, () => startLeaseServer(flags)));
  return {
    addresses: servers.map(({ address }) => address),
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
    },
  };
}

async function startLeaseServer(flags: readonly string[]): Promise<LeaseServer> {
  const listen = ['--grpc-listen', '127.0.0.1:0', '--http-listen', '127.0.0.1:0'];
  const child = spawn(process.execPath, [main, 'serve', ...listen, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  for await (const line of createInterface(child.stdout)) {
    const message = JSON.parse(line) as { msg: string; grpc: string };
    if (message.msg !== 'ready') continue;
    return {
      address: message.grpc,
      async [Symbol.asyncDispose]() {
        child.kill('SIGKILL');
        await ended;
      },
    };
  }
  throw new Error('the server ended before it was ready');
}
