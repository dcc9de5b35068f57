import type { Cleanup } from '@lease/client';
import type { Command } from 'commander';
import { EXIT } from '../exit-code.js';
import { spelled } from './arguments.js';
import { addConnectionOptions, type ConnectionFlags, withAdmin } from './connection.js';
import { attemptTable, HISTORY_LIMIT, whatIsMissing } from './history.js';
import { printable } from '../printable.js';
import type { Shell } from './shell.js';

interface Flags extends ConnectionFlags {
  readonly json?: true;
}

export function addShow(parent: Command, shell: Shell): void {
  const command = parent
    .command('show')
    .description('show a cleanup and the attempts at it, as long as their history is kept')
    .argument('<id>', 'the cleanup')
    .option('--json', 'one JSON document: cleanup, attempts; instants in ISO 8601');
  addConnectionOptions(command).action(async (id: string, flags: Flags) => {
    await withAdmin(flags, shell, async (admin) => {
      const cleanup = await admin.get(id);
      const attempts = await admin.attempts(id, { limit: HISTORY_LIMIT });
      const missing = whatIsMissing(cleanup, attempts);
      if (flags.json) {
        shell.out(`${JSON.stringify({ cleanup, attempts })}\n`);
        shell.err(missing);
      } else {
        const history = attemptTable(cleanup, attempts, shell.terminal.columns) + missing;
        shell.out(`${described(cleanup)}\n${history || 'no attempt has ended so far\n'}`);
      }
      return EXIT.ok;
    });
  });
}

function described(cleanup: Cleanup): string {
  const { object, abandonReason, nextAttemptTime, endTime, claimant, forgetReason } = cleanup;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['cleanup', cleanup.cleanupId],
    ['object', `${object.type}/${object.id}`],
    ['state', spelled(cleanup.state) + (abandonReason === undefined ? '' : ` (${spelled(abandonReason)})`)],
    ['service', cleanup.serviceId],
    ['endpoint', cleanup.endpoint],
    ['last lease', `${cleanup.lastLeaseId}, ${spelled(cleanup.reason)} ${cleanup.dueTime.toISOString()}`],
    ['attempts', String(cleanup.attempts)],
    ['next attempt', claimant === undefined ? nextAttemptTime?.toISOString() : undefined],
    ['claimed by', claimant && `${claimant}, until ${nextAttemptTime?.toISOString() ?? 'it ends'}`],
    ['ended', endTime?.toISOString()],
    ['last detail', cleanup.lastDetail || undefined],
    ['forgotten for', forgetReason],
  ];
  return facts
    .map(([name, fact]) => (fact === undefined ? '' : `${`${name}:`.padEnd(14)} ${printable(fact)}\n`))
    .join('');
}
