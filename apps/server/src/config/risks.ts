import { isLoopback } from './listen-address.js';
import { listenersOf } from './listeners.js';
import { named, type Origins } from './origin.js';
import type { Config, SettingName } from './settings.js';

/** A value that is allowed, and wrong for most. */
interface Risk {
  readonly setting: SettingName;
  /** For the reference: which values, after the name of the setting. */
  readonly when: string;
  readonly applies: (config: Config) => boolean;
  /** What may come of it. */
  readonly because: string;
}

/** Attempts may use four fifths of the drain limit, and take 10 s unless their cleanup says otherwise. */
const SHORT_DRAIN_MS = 12_500;
const SHORT_TTL_MS = 1_000;
const LONG_CLAIM_MS = 5 * 60_000;

export const RISKS: readonly Risk[] = [
  {
    setting: 'insecureListen',
    when: 'and a listener off loopback',
    applies: (config) =>
      config.insecureListen && listenersOf(config).some(({ address }) => !isLoopback(address)),
    because: 'who reaches the port may take part, and who is on the way may read along',
  },
  {
    setting: 'adminListen',
    when: 'off loopback, without `--tls-client-ca`',
    applies: ({ adminListen, tlsClientCa }) =>
      adminListen !== undefined && !isLoopback(adminListen) && tlsClientCa === '',
    because: 'who reaches the port can drop cleanups and stop collection, and nobody is asked who he is',
  },
  {
    setting: 'drainLimitMs',
    when: 'below 12500ms',
    applies: ({ drainLimitMs }) => drainLimitMs < SHORT_DRAIN_MS,
    because: 'a stop cuts attempts off that may take 10s, and they are made again',
  },
  {
    setting: 'storage',
    when: '`memory`',
    applies: ({ storage }) => storage === 'memory',
    because: 'every lease and every cleanup is gone when the server stops',
  },
  {
    setting: 'minTtlMs',
    when: 'below 1s',
    applies: ({ minTtlMs }) => minTtlMs < SHORT_TTL_MS,
    because: 'a lease that short is lost when its holder pauses for a moment',
  },
  {
    setting: 'graceMs',
    when: '0',
    applies: ({ graceMs }) => graceMs === 0,
    because: 'a renewal that is a moment late finds its lease ended',
  },
  {
    setting: 'brakeShare',
    when: '1',
    applies: ({ brakeShare }) => brakeShare === 1,
    because: 'nothing pauses expiry when a partition cuts off all holders at once',
  },
  {
    setting: 'allowCleanupTarget',
    when: '`public`',
    applies: ({ allowCleanupTarget }) => allowCleanupTarget.includes('public'),
    because: 'whoever can take leases can have any public address called',
  },
  {
    setting: 'holdCleanups',
    when: 'and a store that no other server can share (sqlite, memory)',
    applies: ({ holdCleanups, storage }) => holdCleanups && storage !== 'postgres',
    because: 'nobody else can sweep this store: nothing expires and nothing is collected',
  },
  {
    setting: 'claimTtlMs',
    when: 'above 5m',
    applies: ({ claimTtlMs }) => claimTtlMs > LONG_CLAIM_MS,
    because: 'so long wait the cleanups that a dead server had under way',
  },
];

export function risks(config: Config, origins: Origins): string[] {
  return RISKS.filter(({ applies }) => applies(config)).map(
    ({ setting, because }) => `${named(origins, setting)}: ${because}`,
  );
}
