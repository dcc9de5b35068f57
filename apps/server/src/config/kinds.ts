import { egressGuard } from '@lease/core/http';
import { parseDuration } from './duration.js';
import { echo } from './echo.js';
import { type ListenAddress, parseListenAddress } from './listen-address.js';

/** A value, or what is wrong with its text, as a sentence. */
type Parsed<T> = { readonly value: T } | { readonly flaw: string };

/** What a setting's text means. */
export interface Kind<T> {
  /** Stands for the value in the help text. */
  readonly placeholder: string;
  readonly parse: (text: string) => Parsed<T>;
}

/** Milliseconds, written as `500ms`, `30s`, `5m` or `24h`; the bounds as well, and both included. */
export function duration(min: string, max: string): Kind<number> {
  return {
    placeholder: 'duration',
    parse: (text) => {
      const ms = parseDuration(text);
      if (ms === undefined) return { flaw: `${echo(text)} is no duration such as 500ms, 30s, 5m or 24h` };
      const allowed = ms >= (parseDuration(min) ?? 0) && ms <= (parseDuration(max) ?? Infinity);
      return allowed ? { value: ms } : { flaw: `${text} is not within ${min} to ${max}` };
    },
  };
}

/** A whole number; the bounds are included. */
export function count(min: number, max: number): Kind<number> {
  return {
    placeholder: 'count',
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
  parse: (text) =>
    text === 'true' || text === 'false'
      ? { value: text === 'true' }
      : { flaw: `${echo(text)} is neither true nor false` },
};

export function choice<Choice extends string>(...choices: readonly Choice[]): Kind<Choice> {
  return {
    placeholder: choices.join('|'),
    parse: (text) => {
      const value = choices.find((candidate) => candidate === text);
      return value === undefined ? { flaw: `${echo(text)} is none of ${choices.join(', ')}` } : { value };
    },
  };
}

export const directory: Kind<string> = {
  placeholder: 'dir',
  parse: (text) =>
    text === '' || text.includes('\0') ? { flaw: `${echo(text)} is no path` } : { value: text },
};

export const listenAddress: Kind<ListenAddress> = {
  placeholder: 'host:port',
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
  parse: (text) => (text === '' ? { value: undefined } : listenAddress.parse(text)),
};

/** Entries of the egress guard, separated by commas or blanks. */
export const egressEntries: Kind<readonly string[]> = {
  placeholder: 'host|.suffix|cidr|public',
  parse: (text) => {
    const entries = text.split(/[\s,]+/).filter((entry) => entry !== '');
    try {
      egressGuard({ allowLoopback: false, allow: entries });
      return { value: entries };
    } catch (error) {
      if (error instanceof RangeError) return { flaw: error.message };
      throw error;
    }
  },
};
