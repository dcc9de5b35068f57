import type { Terminal } from '../src/cleanups/shell.js';
import { runCommand } from '../src/command.js';
import type { Config } from '../src/config/settings.js';

export interface Invoked {
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
  /** What `serve` was called with; unset if it was not. */
  readonly config: Config | undefined;
  /** What `serve` was told to warn of. */
  readonly warnings: readonly string[];
  /** What `migrate` was called with; unset if it was not. */
  readonly migrated: Config | undefined;
}

/** Runs the command line in this process, with a `serve` that serves nothing. */
export async function invoke(
  args: readonly string[],
  env: Record<string, string> = {},
  terminal: Terminal = { progress: false },
): Promise<Invoked> {
  let out = '';
  let err = '';
  let config: Config | undefined;
  let warnings: readonly string[] = [];
  let migrated: Config | undefined;
  const code = await runCommand({
    args,
    env,
    version: '1.2.3',
    serve: (given, risks) => {
      config = given;
      warnings = risks;
      return Promise.resolve(undefined);
    },
    migrate: (given) => {
      migrated = given;
      return Promise.resolve(0);
    },
    terminal,
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { code, out, err, config, warnings, migrated };
}
