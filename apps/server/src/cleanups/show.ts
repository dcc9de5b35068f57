import type { Cleanup, CleanupAttempt } from '@lease/client';
import { status } from '@grpc/grpc-js';
import type { Command } from 'commander';
import { EXIT } from '../exit-code.js';
import { spelled } from './arguments.js';
import { addConnectionOptions, type ConnectionFlags, withAdmin } from './connection.js';
import { printable } from '../printable.js';
import type { Shell } from './shell.js';
import { table } from './table.js';

const TITLES = ['ATTEMPT', 'OUTCOME', 'STARTED', 'DURATION', 'STATUS', 'REPLICA', 'DETAIL'];

interface Flags extends ConnectionFlags {
  readonly json?: true;
}

export function addShow(parent: Command, shell: Shell): void {
  const command = parent
    .command('show')
    .description('show a cleanup and every attempt at it')
    .argument('<id>', 'the cleanup')
    .option('--json', 'one JSON document: cleanup, attempts; instants in ISO 8601');
  addConnectionOptions(command).action(async (id: string, flags: Flags) => {
    await withAdmin(flags, shell, async (admin) => {
      const cleanup = await admin.get(id);
      const attempts = await admin.attempts(id, { limit: 1_000 });
      if (flags.json) shell.out(`${JSON.stringify({ cleanup, attempts })}\n`);
      else shell.out(`${described(cleanup)}\n${historyOf(cleanup, attempts, shell.terminal.columns)}`);
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

function historyOf(cleanup: Cleanup, attempts: readonly CleanupAttempt[], columns?: number): string {
  if (attempts.length === 0) return 'no attempt has ended so far\n';
  const rows = attempts.map((attempt) => [
    String(attempt.attempt),
    spelled(attempt.outcome),
    attempt.claimTime.toISOString(),
    attempt.durationMs === undefined ? '-' : `${Math.round(attempt.durationMs)}ms`,
    statusOf(cleanup, attempt),
    attempt.claimant,
    attempt.detail,
  ]);
  return table(TITLES, rows, columns);
}

function statusOf({ targetKind }: Cleanup, { statusCode }: CleanupAttempt): string {
  if (statusCode === undefined) return '-';
  return (targetKind === 'GRPC' ? status[statusCode] : undefined) ?? String(statusCode);
}
