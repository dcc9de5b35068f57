import { isLoopback, overlap } from './listen-address.js';
import { type Listener, listenersOf } from './listeners.js';
import { named, nameOf, type Origins } from './origin.js';
import type { Config, SettingName } from './settings.js';
import { tlsFlaws } from './tls-checks.js';

/** What is wrong with settings that are each right alone. Settings that are wrong themselves are left out. */
export function contradictions(config: Partial<Config>, origins: Origins, nowMs: number): string[] {
  const listeners = listenersOf(config);
  return [
    ...above(config, origins, 'minTtlMs', 'maxTtlMs'),
    ...above(config, origins, 'minTtlMs', 'defaultTtlMs'),
    ...above(config, origins, 'defaultTtlMs', 'maxTtlMs'),
    ...database(config, origins),
    ...signing(config, origins),
    ...listeners.flatMap((a, i) => listeners.slice(i + 1).flatMap((b) => samePort(a, b, origins))),
    ...tlsFlaws(config, origins, nowMs),
    ...(isPlain(config) ? listeners.flatMap((listener) => exposed(listener, origins)) : []),
  ];
}

type DurationName = 'minTtlMs' | 'defaultTtlMs' | 'maxTtlMs';

function above(
  config: Partial<Config>,
  origins: Origins,
  lower: DurationName,
  upper: DurationName,
): string[] {
  const { [lower]: lowerMs, [upper]: upperMs } = config;
  if (lowerMs === undefined || upperMs === undefined || lowerMs <= upperMs) return [];
  return [`${named(origins, lower)} is above ${named(origins, upper)}`];
}

/** Whoever names a database and forgets `--storage postgres` would be served from a file. */
function database({ storage, databaseUrl, databaseUrlFile }: Partial<Config>, origins: Origins): string[] {
  // A setting that is wrong itself is missing here; one that was not given is the empty text.
  if (storage === undefined || databaseUrl === undefined || databaseUrlFile === undefined) return [];
  const names: SettingName[] = [];
  if (databaseUrl !== '') names.push('databaseUrl');
  if (databaseUrlFile !== '') names.push('databaseUrlFile');
  const given = names.map((name) => nameOf(origins, name));
  if (given.length === 2) return [`${given.join(' and ')} are both given: one is enough`];
  if (storage !== 'postgres')
    return given.map((name) => `${name} is for --storage postgres, not for ${named(origins, 'storage')}`);
  return given.length === 0
    ? [`${named(origins, 'storage')} needs --database-url or --database-url-file`]
    : [];
}

/** One of them would be forgotten at the next rotation. */
function signing(
  { signingSecrets = [], signingSecretsFile = [] }: Partial<Config>,
  origins: Origins,
): string[] {
  if (signingSecrets.length === 0 || signingSecretsFile.length === 0) return [];
  const names = (['signingSecrets', 'signingSecretsFile'] as const).map((name) => nameOf(origins, name));
  return [`${names.join(' and ')} are both given: one is enough`];
}

function samePort(a: Listener, b: Listener, origins: Origins): string[] {
  if (!overlap(a.address, b.address)) return [];
  const names = [a, b].map(({ name }) => named(origins, name));
  return [`${names.join(' and ')} need the same port`];
}

/** Whether nothing was said that lets a listener leave this machine. Half of a pair for TLS is a complaint of its own. */
function isPlain({ insecureListen, tlsCert, tlsKey }: Partial<Config>): boolean {
  return insecureListen === false && tlsCert === '' && tlsKey === '';
}

function exposed({ name, address }: Listener, origins: Origins): string[] {
  if (isLoopback(address)) return [];
  return [
    `${named(origins, name)} is not on loopback: that needs --tls-cert and --tls-key, or --insecure-listen for plain text`,
  ];
}
