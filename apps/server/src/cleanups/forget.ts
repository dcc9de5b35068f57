import type { Command } from 'commander';
import { addConnectionOptions, type ConnectionFlags, withAdmin } from './connection.js';
import { actAndTell } from './results.js';
import type { Shell } from './shell.js';

interface Flags extends ConnectionFlags {
  readonly reason: string;
  readonly json?: true;
}

export function addForget(parent: Command, shell: Shell): void {
  const command = parent
    .command('forget')
    .description(
      'drop cleanups that are abandoned or due, for good: somebody took care of the objects by hand',
    )
    .argument('<id...>', 'these')
    .requiredOption('--reason <text>', 'why; kept with the cleanup, at most 256 bytes')
    .option('--json', 'one JSON document: results');
  addConnectionOptions(command).action(async (cleanupIds: readonly string[], flags: Flags) => {
    const telling = { deed: 'forgotten', json: flags.json ?? false } as const;
    await withAdmin(flags, shell, (admin) =>
      actAndTell(
        cleanupIds,
        (ids) => admin.forget({ cleanupIds: ids, reason: flags.reason }),
        telling,
        shell,
      ),
    );
  });
}
