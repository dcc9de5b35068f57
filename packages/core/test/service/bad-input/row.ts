import type { LeaseService } from '../../../src/index.js';

type Verb = 'create' | 'renew' | 'release' | 'get' | 'list';

/** One request that must be refused before any write: what is wrong, the request, the fields that are named. */
export type Row = {
  [V in Verb]: readonly [
    what: string,
    verb: V,
    request: Parameters<LeaseService[V]>[0],
    fields: readonly string[],
    says?: RegExp,
  ];
}[Verb];

/** Characters that no id may hold, each with the name that the refusal gives it. */
export const FORBIDDEN: readonly (readonly [char: string, name: RegExp])[] = [
  ['\u0000', /control character, U\+0000/],
  ['\u0007', /control character, U\+0007/],
  ['\t', /control character, U\+0009/],
  ['\n', /control character, U\+000A/],
  ['\r', /control character, U\+000D/],
  ['\u001b', /control character, U\+001B/],
  ['\u007f', /control character, U\+007F/],
  ['\u0085', /control character, U\+0085/],
  ['\u009f', /control character, U\+009F/],
  ['\u061c', /bidi mark, U\+061C/],
  ['\u200e', /bidi mark, U\+200E/],
  ['\u200f', /bidi mark, U\+200F/],
  ['\u202a', /bidi mark, U\+202A/],
  ['\u202e', /bidi mark, U\+202E/],
  ['\u2066', /bidi mark, U\+2066/],
  ['\u2069', /bidi mark, U\+2069/],
  ['\ud800', /lone surrogate, U\+D800/],
  ['\udc00', /lone surrogate, U\+DC00/],
  ['\udfff\ud800', /lone surrogate, U\+DFFF/],
];
