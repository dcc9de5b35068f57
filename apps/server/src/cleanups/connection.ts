import { readFileSync } from 'node:fs';
import { CleanupAdminClient, type ConnectionOptions, LeaseError } from '@lease/client';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { echo } from '../config/echo.js';
import { EXIT } from '../exit-code.js';
import type { Shell } from './shell.js';
import { printable } from '../printable.js';
import { durationArgument } from './arguments.js';

const DEFAULT_ADDRESS = '127.0.0.1:50051';

export interface ConnectionFlags {
  readonly address?: string;
  readonly timeout?: number;
  readonly insecure?: true;
  readonly tls?: true;
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

/** The flags that say which server is called, and how; the same as the client library has. */
export function addConnectionOptions(command: Command): Command {
  return command
    .option(
      '--address <host:port>',
      `where CleanupAdminService is; several replicas, separated by commas (default ${DEFAULT_ADDRESS}, env LEASE_ADDRESS)`,
    )
    .addOption(
      new Option(
        '--timeout <duration>',
        'how long one call may take, with all its retries (default 10s)',
      ).argParser(durationArgument('1ms', '1h')),
    )
    .option('--insecure', 'plain text also to other machines')
    .option('--tls', 'TLS also to this machine')
    .option(
      '--tls-ca <file>',
      'who may have signed the server’s certificate, PEM (default: the system’s authorities)',
    )
    .option('--tls-cert <file>', 'the certificate to show, PEM; with --tls-key')
    .option('--tls-key <file>', 'its key, PEM');
}

/** Calls the server for one command, and says in one line what went wrong. */
export async function withAdmin(
  flags: ConnectionFlags,
  shell: Shell,
  work: (admin: CleanupAdminClient) => Promise<number>,
): Promise<void> {
  const fail = ({ code, message }: Failure) => {
    shell.err(`error: ${printable(message)}\n`);
    shell.exit(code);
  };
  const admin = connect(flags, shell.env);
  if (!(admin instanceof CleanupAdminClient)) {
    fail(admin);
    return;
  }
  try {
    shell.exit(await work(admin));
  } catch (error) {
    fail(explain(error));
  } finally {
    admin.close();
  }
}

/** What is wrong, what to do, and what to exit with. */
interface Failure {
  readonly code: number;
  readonly message: string;
}

/** What the client's options say of themselves, and the files that they name, is the command line's fault; later it is ours. */
function connect(flags: ConnectionFlags, env: Shell['env']): CleanupAdminClient | Failure {
  try {
    return new CleanupAdminClient(connectionOptions(flags, env));
  } catch (error) {
    if (error instanceof TypeError || error instanceof InvalidArgumentError)
      return { code: EXIT.config, message: error.message };
    throw error;
  }
}

function connectionOptions(flags: ConnectionFlags, env: Shell['env']): ConnectionOptions {
  const { timeout, insecure, tls, tlsCa, tlsCert, tlsKey } = flags;
  const given = flags.address ?? (env['LEASE_ADDRESS'] || DEFAULT_ADDRESS);
  const secure = [tls, tlsCa, tlsCert, tlsKey].some((flag) => flag !== undefined);
  return {
    addresses: given.split(',').map((address) => address.trim()),
    ...(timeout !== undefined && { timeoutMs: timeout }),
    ...(insecure && { insecure }),
    ...(secure && {
      tls: {
        ...(tlsCa !== undefined && { ca: readPem('--tls-ca', tlsCa) }),
        ...(tlsCert !== undefined && { cert: readPem('--tls-cert', tlsCert) }),
        ...(tlsKey !== undefined && { key: readPem('--tls-key', tlsKey) }),
      },
    }),
  };
}

function readPem(flag: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'no file name';
    throw new InvalidArgumentError(`${flag}: ${echo(path)} cannot be read: ${why}`);
  }
}

/** Rethrows a fault of ours. */
function explain(error: unknown): Failure {
  if (!(error instanceof LeaseError)) throw error;
  const { code, reason, message } = error;
  if (reason === 'INVALID_REQUEST') return { code: EXIT.config, message };
  if (code === 'UNIMPLEMENTED')
    return {
      code: EXIT.unavailable,
      message: `no CleanupAdminService is served there: the server says at its start where it is (${message})`,
    };
  if (code === 'UNAVAILABLE' || code === 'DEADLINE_EXCEEDED') return { code: EXIT.unavailable, message };
  return { code: reason === undefined ? EXIT.software : EXIT.refused, message };
}
