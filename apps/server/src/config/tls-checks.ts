import { createPrivateKey, type X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { echo } from './echo.js';
import { nameOf, type Origins } from './origin.js';
import type { Config, SettingName } from './settings.js';
import { certificatesIn } from './tls-kinds.js';

const DAY_MS = 86_400_000;
const SOON_MS = 14 * DAY_MS;

/** What is wrong with certificates and keys that can each be read. */
export function tlsFlaws(config: Partial<Config>, origins: Origins, nowMs: number): string[] {
  const { tlsCert, tlsKey, tlsClientCa, insecureListen } = config;
  // A setting that is wrong itself is missing here; one that was not given is the empty text.
  if (tlsCert === undefined || tlsKey === undefined || tlsClientCa === undefined) return [];
  const [cert, key, clientCa] = (['tlsCert', 'tlsKey', 'tlsClientCa'] as const).map((name) =>
    nameOf(origins, name),
  );
  const flaws: string[] = [];
  if (tlsCert !== '' && tlsKey === '') flaws.push(`${cert} is given without --tls-key`);
  if (tlsKey !== '' && tlsCert === '') flaws.push(`${key} is given without --tls-cert`);
  if (tlsClientCa !== '' && tlsCert === '')
    flaws.push(`${clientCa} is given without --tls-cert: in plain text nobody shows a certificate`);
  if (tlsCert !== '' && insecureListen === true)
    flaws.push(
      `${nameOf(origins, 'insecureListen')} and ${cert} are both given: plain text and TLS exclude each other`,
    );
  const isOver = (certificate: X509Certificate) => Date.parse(certificate.validTo) <= nowMs;
  const [leaf] = certificatesIn(tlsCert);
  if (leaf !== undefined && isOver(leaf))
    flaws.push(`${cert}: ${fileOf(origins, 'tlsCert')} expired on ${day(leaf.validTo)}`);
  if (leaf !== undefined && Date.parse(leaf.validFrom) > nowMs)
    flaws.push(`${cert}: ${fileOf(origins, 'tlsCert')} is not valid before ${day(leaf.validFrom)}`);
  // Bundles keep authorities that are over; one that is not is enough.
  if (tlsClientCa !== '' && certificatesIn(tlsClientCa).every(isOver))
    flaws.push(`${clientCa}: every certificate in ${fileOf(origins, 'tlsClientCa')} has expired`);
  if (leaf !== undefined && tlsKey !== '')
    flaws.push(...pairFlaws(leaf, { tlsCert, tlsKey, tlsClientCa }, origins));
  return flaws;
}

function pairFlaws(
  leaf: X509Certificate,
  { tlsCert, tlsKey, tlsClientCa }: Pick<Config, 'tlsCert' | 'tlsKey' | 'tlsClientCa'>,
  origins: Origins,
): string[] {
  const [cert, key] = [nameOf(origins, 'tlsCert'), nameOf(origins, 'tlsKey')];
  if (!leaf.checkPrivateKey(createPrivateKey(tlsKey)))
    return [`${key}: ${fileOf(origins, 'tlsKey')} is not the key of ${fileOf(origins, 'tlsCert')} (${cert})`];
  try {
    createSecureContext({ cert: tlsCert, key: tlsKey, ...(tlsClientCa !== '' && { ca: tlsClientCa }) });
    return [];
  } catch (error) {
    // A key or a signature that is too weak, for example. There is nothing of the files in these codes.
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    return [`${cert} and ${key} cannot be served with: ${code}`];
  }
}

/** What will be wrong soon. */
export function tlsWarnings({ tlsCert }: Config, origins: Origins, nowMs: number): string[] {
  const [leaf] = certificatesIn(tlsCert);
  if (leaf === undefined || Date.parse(leaf.validTo) > nowMs + SOON_MS) return [];
  const cert = nameOf(origins, 'tlsCert');
  return [
    `${cert}: the certificate expires on ${day(leaf.validTo)}; a new one is read when the server starts`,
  ];
}

function fileOf(origins: Origins, name: SettingName): string {
  return echo(origins[name]?.text ?? '');
}

function day(date: string): string {
  return new Date(date).toISOString().slice(0, 10);
}
