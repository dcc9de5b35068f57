import { AttemptOutcome, type Cleanup, CleanupAttempt, CleanupState } from '@lease/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { abandoned, AdminServer } from '../../../packages/client/test/support/admin-server.js';
import { invoke } from './invoke.js';

const ID = 'c-1';

let server: AdminServer;

beforeEach(async () => {
  server = await AdminServer.start();
});
afterEach(() => {
  server.kill();
});

const show = (...flags: readonly string[]) =>
  invoke(['cleanups', 'show', ID, ...flags], { LEASE_ADDRESS: server.address });

/** What the server tells of the cleanup: how many attempts were made, and the numbers of those that it still has. */
function tells(attempts: number, kept: readonly number[], more: Partial<Cleanup> = {}): void {
  server.cleanups.set(ID, abandoned({ cleanupId: ID, attempts, ...more }));
  server.attempts = kept.map((attempt) => ({
    ...CleanupAttempt.create(),
    ...{ attempt, claimTime: new Date(1), settleTime: new Date(2), outcome: AttemptOutcome.RETRY },
  }));
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const CLAIMED = { state: CleanupState.CLAIMED, claimant: 'r-1', nextAttemptTime: new Date(3) };

describe('S3: cleanups show', () => {
  it.each<[string, () => void, string]>([
    ['that all were pruned', () => tells(15, []), '15 attempts; the history of which was pruned\n'],
    ['that the one was pruned', () => tells(1, []), '1 attempt; the history of which was pruned\n'],
    [
      'that the one before the current one was pruned',
      () => tells(2, [], CLAIMED),
      '1 attempt; the history of which was pruned\n',
    ],
    [
      'how many were pruned',
      () => tells(15, numbers(13, 15)),
      '12 attempts before these; the history of which was pruned\n',
    ],
    [
      'that only the end is shown',
      () => tells(1_200, numbers(201, 1_200)),
      'the latest 1000 entries; 1200 attempts in all\n',
    ],
  ])('says %s, and with --json on stderr', async (_, given, line) => {
    given();
    const shown = await show();
    expect(shown).toMatchObject({ code: 0, err: '' });
    expect(shown.out.endsWith(`\n${line}`)).toBe(true);
    const json = await show('--json');
    expect(json).toMatchObject({ code: 0, err: line });
    expect(JSON.parse(json.out)).toMatchObject({ cleanup: { cleanupId: ID } });
  });

  it.each<[string, () => void]>([
    ['none was made', () => tells(0, [])],
    ['the first is under way', () => tells(1, [], CLAIMED)],
  ])('says that none has ended where %s', async (_, given) => {
    given();
    const shown = await show();
    expect(shown).toMatchObject({ code: 0, err: '' });
    expect(shown.out.endsWith('\n\nno attempt has ended so far\n')).toBe(true);
    expect((await show('--json')).err).toBe('');
  });

  // One that was given back has an entry, and its number goes to the next.
  it.each([[[1, 2, 3]], [[1, 1, 1, 2, 3]]])('says nothing where all is there: %j', async (kept) => {
    tells(3, kept);
    const { out } = await show();
    expect(out.trimEnd().split('\n').at(-1)).toMatch(/^3 +retry /);
    expect((await show('--json')).err).toBe('');
  });
});
