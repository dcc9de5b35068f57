import { count, duration, share } from '../kinds.js';
import { setting } from './setting.js';

/** What a lease may ask for, and when it ends. */
export const LEASE_SETTINGS = {
  minTtlMs: setting(duration('10ms', '87600h'), {
    default: '1s',
    doc: 'the shortest TTL that may be asked for',
    reason:
      'Holders renew three times per TTL: shorter ones are lost to a pause of the garbage collector or to one lost packet.',
  }),
  maxTtlMs: setting(duration('10ms', '87600h'), {
    default: '24h',
    doc: 'the longest TTL that may be asked for',
    reason: 'So long an object outlives a holder that crashed right after a renewal.',
  }),
  defaultTtlMs: setting(duration('10ms', '87600h'), {
    default: '5m',
    doc: 'the TTL of a lease whose creator asks for none',
    reason: 'Long enough for a restart of the holder, short enough that what it left is soon collected.',
  }),
  graceMs: setting(duration('0ms', '1h'), {
    default: '5s',
    doc: 'how long after its TTL a lease can still be renewed before it ends',
    reason: 'A renewal that was held up on its way rescues the lease. Collection is later by as much.',
  }),
  maxLeasesPerService: setting(count(1, 1_000_000_000, 'leases'), {
    default: '10000',
    doc: 'active leases that one service may have',
    reason: 'A service that leaks leases fills its own quota, not the store.',
  }),
  sweepIntervalMs: setting(
    duration('1ms', '500ms', 'after a second without a sweep, expiry pauses as after an outage'),
    {
      default: '100ms',
      doc: 'the longest pause between two looks for overdue leases',
      reason: 'An expired lease is noticed within 250 ms. Shorter costs the store more looks.',
    },
  ),
  brakeShare: setting(share, {
    default: '0.25',
    doc: 'when more than this share of renewed leases is lost in a minute, expiry pauses; 1: never',
    reason:
      'Holders that vanish by the thousand are more likely cut off than dead. Raise it where mass exits are usual.',
  }),
} as const;
