import { count, duration, egressEntries, flag } from '../kinds.js';
import { signingSecrets, signingSecretsFile } from '../signing-kinds.js';
import { setting } from './setting.js';

/** What is collected, how, and where to. */
export const CLEANUP_SETTINGS = {
  allowCleanupTarget: setting(egressEntries, {
    default: '',
    doc: 'what cleanups may call besides loopback (which they may if every listener is there); may be repeated',
    reason:
      'Whoever can take leases chooses what the server calls: name the hosts or networks of your endpoints, no more.',
  }),
  signingSecrets: setting(signingSecrets, {
    default: '',
    doc: 'what callbacks are signed with, whsec_..., separated by commas; better in a file or in the environment, since flags can be seen by other users',
    reason:
      'Without one, whoever reaches a receiver can have objects deleted. All of them sign: give the new one beside the old one while receivers change over.',
    secret: 'value',
  }),
  signingSecretsFile: setting(signingSecretsFile, {
    default: '',
    doc: 'a file with these secrets, one a line, and nothing else',
    reason: 'As for --signing-secrets, where secrets are mounted as files. Read when the server starts.',
    secret: 'file',
  }),
  holdCleanups: setting(flag, {
    default: 'false',
    doc: 'serve leases only: this server neither ends leases nor runs cleanups',
    reason: 'For a part of the servers of one database, so that collecting has machines of its own.',
  }),
  maxConcurrentCleanups: setting(count(1, 10_000, 'cleanups'), {
    default: '64',
    doc: 'cleanups that are attempted at once',
    reason: 'At most 16 of them at one endpoint, so that a slow one leaves room for the others.',
  }),
  claimTtlMs: setting(
    duration(
      '33s',
      '1h',
      'a claim must outlast the longest attempt (30s), leave 1s for its answer and 2s to record how the attempt ended',
    ),
    {
      default: '40s',
      doc: 'after so long a cleanup whose server died is taken over; at least the longest attempt (30s) + 3s',
      reason: 'Longer delays the take-over; shorter than an attempt, two servers would run the same cleanup.',
    },
  ),
} as const;
