import type { Kind } from '../kinds.js';

export interface Setting<T> {
  readonly kind: Kind<T>;
  /** In the form in which it would be given; empty: none. */
  readonly default: string;
  /** What it is, as part of a sentence. */
  readonly doc: string;
  /** Why the default is what it is, and when to change it: a sentence. */
  readonly reason: string;
  /** `value`: the text itself must not be shown; `file`: the text names a file, and what it holds must not be shown. */
  readonly secret: 'value' | 'file' | undefined;
}

export function setting<T>(
  kind: Kind<T>,
  rest: Omit<Setting<T>, 'kind' | 'secret'> & { readonly secret?: 'value' | 'file' },
): Setting<T> {
  return { kind, secret: undefined, ...rest };
}
