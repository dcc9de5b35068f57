import { egressGuard } from '@lease/core/http';
import { parseDuration } from './duration.js';
import { echo } from './echo.js';
import { type ListenAddress, parseListenAddress } from './listen-address.js';

/** A value, or what is wrong with its text, as a sentence. */
export type Parsed<T> = { readonly value: T } | { readonly flaw: string };

/** What a setting's text means. */
export interface Kind<T> {
  /** Stands for the value in the help text. */
  readonly placeholder: string;
  /** Which values are allowed, for the reference: `1s to 1h`. */
  readonly allowed: string;
  /** May be given more than once, and as a list in the file; the texts are joined by commas. */
  readonly isList?: true;
  readonly parse: (text: string) => Parsed<T>;
}

/**
 * Milliseconds, written as `500ms`, `30s`, `5m` or `24h`; the bounds as well, and both included. `because`: why they are
 * where they are, if that is not plain.
 */
export function duration(min: string, max: string, because?: string): Kind<number> {
  return {
    placeholder: 'duration',
    allowed: `${min} to ${max}`,
    parse: (text) => {
      const ms = parseDuration(text);
      if (ms === undefined) return { flaw: `${echo(text)} is no duration such as 500ms, 30s, 5m or 24h` };
      const allowed = ms >= (parseDuration(min) ?? 0) && ms <= (parseDuration(max) ?? Infinity);
      const reason = because === undefined ? '' : `: ${because}`;
      return allowed ? { value: ms } : { flaw: `${text} is not within ${min} to ${max}${reason}` };
    },
  };
}

/** A whole number of `unit`; the bounds are included. */
export function count(min: number, max: number, unit: string): Kind<number> {
  return {
    placeholder: 'count',
    allowed: `${min} to ${max} ${unit}`,
    parse: (text) => {
      if (!/^[0-9]{1,15}$/.test(text)) return { flaw: `${echo(text)} is no whole number` };
      const value = Number(text);
      return value >= min && value <= max ? { value } : { flaw: `${text} is not within ${min} to ${max}` };
    },
  };
}

/** A part of a whole: above 0, at most 1. */
export const share: Kind<number> = {
  placeholder: 'share',
  allowed: 'above 0, at most 1',
  parse: (text) => {
    const value = /^[01](\.[0-9]{1,15})?$/.test(text) ? Number(text) : NaN;
    return value > 0 && value <= 1
      ? { value }
      : { flaw: `${echo(text)} is no share such as 0.25 (above 0, at most 1)` };
  },
};

/** A switch: the flag alone means true. */
export const flag: Kind<boolean> = {
  placeholder: 'true|false',
  allowed: '`true`, `false`; the flag alone means `true`',
  parse: (text) =>
    text === 'true' || text === 'false'
      ? { value: text === 'true' }
      : { flaw: `${echo(text)} is neither true nor false` },
};

export function choice<Choice extends string>(...choices: readonly Choice[]): Kind<Choice> {
  return {
    placeholder: choices.join('|'),
    allowed: choices.map((choice) => `\`${choice}\``).join(', '),
    parse: (text) => {
      const value = choices.find((candidate) => candidate === text);
      return value === undefined ? { flaw: `${echo(text)} is none of ${choices.join(', ')}` } : { value };
    },
  };
}

export const directory: Kind<string> = {
  placeholder: 'dir',
  allowed: 'a path',
  parse: (text) =>
    text === '' || text.includes('\0') ? { flaw: `${echo(text)} is no path` } : { value: text },
};

export const listenAddress: Kind<ListenAddress> = {
  placeholder: 'host:port',
  allowed: 'an IP address (IPv6 in brackets) or `localhost`, and a port from 0 to 65535',
  parse: (text) => {
    const value = parseListenAddress(text);
    return value === undefined
      ? { flaw: `${echo(text)} is no host:port, the host an IP address (IPv6 in brackets) or localhost` }
      : { value };
  },
};

/** A listen address, or none: the empty text. */
export const optionalListenAddress: Kind<ListenAddress | undefined> = {
  placeholder: listenAddress.placeholder,
  allowed: listenAddress.allowed,
  parse: (text) => (text === '' ? { value: undefined } : listenAddress.parse(text)),
};

/** An absolute `http:` or `https:` URL; empty: none. It may hold a token, so nothing of it is shown. */
export const webhookUrl: Kind<string> = {
  placeholder: 'url',
  allowed: 'an absolute `http:` or `https:` URL without credentials',
  parse: (text) => {
    if (text === '') return { value: '' };
    const url = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined) return { flaw: 'is no absolute http: or https: URL' };
    if (url.username !== '' || url.password !== '') return { flaw: 'holds credentials in front of the host' };
    return { value: url.href };
  },
};

/** Entries of the egress guard, separated by commas or blanks. */
export const egressEntries: Kind<readonly string[]> = {
  placeholder: 'host|.suffix|cidr|public',
  allowed: 'host names, suffixes that begin with a dot, networks, and `public`',
  isList: true,
  parse: (text) => {
    const entries = text.split(/[\s,]+/).filter((entry) => entry !== '');
    // The guard's objections quote the entry as it is.
    const odd = entries.findIndex((entry) => /\/\/|@|\p{C}/u.test(entry));
    if (odd >= 0)
      return { flaw: `entry ${odd + 1} is no plain host: no scheme, user or control character may be in it` };
    try {
      egressGuard({ allowLoopback: false, allow: entries });
      return { value: entries };
    } catch (error) {
      if (error instanceof RangeError) return { flaw: error.message };
      throw error;
    }
  },
};
