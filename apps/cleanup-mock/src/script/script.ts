import type { Answer } from './answer.js';

/** What to do with a call, and how many calls in a row it is for. */
export interface Step {
  readonly delayMs: number;
  readonly answer: Answer;
  readonly times: number;
}

/** Which calls a rule is for. */
export type Selector =
  | { readonly kind: 'object'; readonly type: string; readonly id: string }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'type'; readonly type: string }
  | { readonly kind: 'all' };

/** The steps for one selector. Each cleanup walks through them on its own; the last one is for all calls that follow. */
export interface Rule {
  readonly selector: Selector;
  readonly steps: readonly Step[];
}

/** What a rule is found by. No two rules have the same. */
export function selectorKey(selector: Selector): string {
  switch (selector.kind) {
    case 'object':
      return `object ${selector.type}/${selector.id}`;
    case 'path':
      return `path ${selector.path}`;
    case 'type':
      return `type ${selector.type}`;
    case 'all':
      return 'all';
  }
}
