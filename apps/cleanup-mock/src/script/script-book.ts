import { selectorKey, type Rule, type Selector, type Step } from './script.js';

/** What of a call decides which rule is for it. */
export interface Subject {
  readonly path: string;
  readonly objectType: string;
  readonly objectId: string;
  readonly cleanupId: string;
}

/** Cleanups whose progress is remembered. Beyond it the one begun first starts its script anew. */
const MAX_CLEANUPS = 100_000;

/** The rules in force, and how far each cleanup has come in its own. */
export class ScriptBook {
  #rules: ReadonlyMap<string, Rule> = new Map();
  readonly #calls = new Map<string, number>();

  constructor(rules: readonly Rule[] = []) {
    this.replace(rules);
  }

  /** Every cleanup starts anew. */
  replace(rules: readonly Rule[]): void {
    this.#rules = new Map(rules.map((rule) => [selectorKey(rule.selector), rule]));
    this.#calls.clear();
  }

  /** What to do with this call, and one call further for its cleanup. Undefined: no rule is for it. */
  next(subject: Subject): Step | undefined {
    const rule = this.#ruleFor(subject);
    if (!rule) return undefined;
    const call = this.#calls.get(subject.cleanupId) ?? 0;
    this.#remember(subject.cleanupId, call + 1);
    return stepFor(rule.steps, call);
  }

  #ruleFor({ path, objectType: type, objectId: id }: Subject): Rule | undefined {
    const bySpecificity: Selector[] = [
      { kind: 'object', type, id },
      { kind: 'path', path },
      { kind: 'type', type },
      { kind: 'all' },
    ];
    for (const selector of bySpecificity) {
      const rule = this.#rules.get(selectorKey(selector));
      if (rule) return rule;
    }
    return undefined;
  }

  #remember(cleanupId: string, calls: number): void {
    if (this.#calls.size >= MAX_CLEANUPS && !this.#calls.has(cleanupId)) {
      for (const [oldest] of this.#calls) {
        this.#calls.delete(oldest);
        break;
      }
    }
    this.#calls.set(cleanupId, calls);
  }
}

function stepFor(steps: readonly Step[], call: number): Step | undefined {
  let passed = 0;
  for (const step of steps) {
    passed += step.times;
    if (call < passed) return step;
  }
  return steps.at(-1);
}
