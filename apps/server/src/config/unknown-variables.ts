import { didYouMean } from './did-you-mean.js';
import { SETTING_NAMES, variableName } from './settings.js';

/** Enough to see that something is wrong. */
const MAX_WARNINGS = 10;

/** What Kubernetes tells every container of a service called `lease`. */
const OF_KUBERNETES =
  /^LEASE_([A-Z0-9_]+_)?(SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)|PORT(_[0-9]+_(TCP|UDP|SCTP)(_[A-Z]+)?)?)$/;

/** Of no setting: `--config`, and whom `lease-server cleanups` calls. */
const OTHERS = ['LEASE_CONFIG', 'LEASE_ADDRESS'];

/** Variables that look like settings and are none: typos, most likely. Their values are not shown. */
export function unknownVariables(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const known = [...SETTING_NAMES.map(variableName), ...OTHERS];
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith('LEASE_') && !known.includes(name) && !OF_KUBERNETES.test(name),
  );
  return unknown
    .sort()
    .slice(0, MAX_WARNINGS)
    .map((name) => `${name.slice(0, 64)} is no variable of lease-server${didYouMean(name, known)}`);
}
