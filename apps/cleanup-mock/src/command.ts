import { Command, InvalidArgumentError, Option } from 'commander';
import { statSync } from 'node:fs';
import { startCleanupMock, type CleanupMock } from './cleanup-mock.js';
import { isLoopback, parseListenAddress, type ListenAddress } from './listen.js';
import { parseRules } from './script/parse-rules.js';
import { ScriptError } from './script/parse-step.js';

/** What bad configuration exits with (EX_CONFIG of sysexits.h). */
const EXIT_CONFIG = 78;

interface Flags {
  readonly httpListen: ListenAddress;
  readonly grpcListen: ListenAddress;
  readonly script?: readonly string[];
  readonly root?: string;
}

const SCRIPT_HELP = `
A script has one rule a line: [SELECTOR: ] STEP, STEP, ...
  SELECTOR  object TYPE/ID, path /PATH or type TYPE; none: every call. The most specific rule decides.
  STEP      [delay 2s] ANSWER [retry-after 1s] [location URL] [x2]
  ANSWER    a status from 200 to 599, ok, gone (410), lease-gone (404 that says so), a gRPC code such as UNAVAILABLE,
            hang (no answer), reset (of the connection) or drip (one byte a second, for ever)
Each cleanup takes the steps in turn and stays at the last one. "500x2, ok" fails twice, then succeeds.
Over the other protocol an answer becomes the one that means the same.

While it runs, over HTTP: GET /calls[?object_type=&object_id=&cleanup_id=&path=&after=&limit=], DELETE /calls, PUT /script.`;

export function command(): Command {
  return new Command('cleanup-mock')
    .description('An HTTP and gRPC cleanup endpoint for tests and demos. It records what it is called with.')
    .addOption(listenOption('--http-listen <host:port>', 'where callbacks arrive as POST, to any path'))
    .addOption(
      listenOption('--grpc-listen <host:port>', 'where they arrive as lease.v1.CleanupHandlerService'),
    )
    .option(
      '--root <dir>',
      'really delete objects of type temporary-file: their id is a path beneath this directory',
    )
    .option(
      '--script <rules>',
      'what to answer; may be repeated (default: ok)',
      (text, before: string[] | undefined) => [...(before ?? []), text],
    )
    .addHelpText('after', SCRIPT_HELP)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT_CONFIG))
    .action(run);
}

async function run(flags: Flags, self: Command): Promise<void> {
  const { rules, errors } = checked(flags);
  if (errors.length > 0) self.error(errors.map((error) => `error: ${error}`).join('\n'));
  const { httpListen, grpcListen, root } = flags;
  const mock = await startCleanupMock({ httpListen, grpcListen, rules, root }).catch((error: unknown) =>
    self.error(`error: ${error instanceof Error ? error.message : String(error)}`),
  );
  stopOnSignal(mock);
  process.stdout.write(`${JSON.stringify({ msg: 'ready', http: mock.http, grpc: mock.grpc })}\n`);
}

/** Everything that is wrong, at once. */
function checked({ script = [], root, httpListen, grpcListen }: Flags) {
  const errors: string[] = [];
  if (root !== undefined) {
    if (!statSync(root, { throwIfNoEntry: false })?.isDirectory())
      errors.push(`--root ${root} is no directory`);
    if (!isLoopback(httpListen) || !isLoopback(grpcListen)) {
      errors.push('--root deletes files for whoever calls: listen on a loopback address');
    }
  }
  try {
    return { errors, rules: parseRules(script.join('\n')) };
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    return { errors: [...errors, `--script ${error.message}`], rules: [] };
  }
}

function stopOnSignal(mock: CleanupMock): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      // Nothing is left open then: the process ends by itself, with 0.
      void mock.stop();
    });
  }
}

function listenOption(flags: string, description: string): Option {
  return new Option(flags, description)
    .argParser((text): ListenAddress => {
      const address = parseListenAddress(text);
      if (!address) throw new InvalidArgumentError('It is not of the form host:port.');
      return address;
    })
    .default({ host: '127.0.0.1', port: 0 } satisfies ListenAddress, '127.0.0.1:0, any free port');
}
