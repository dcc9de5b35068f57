import { parseStep, ScriptError } from './parse-step.js';
import { selectorKey, type Rule, type Selector } from './script.js';

/**
 * Reads a script: one rule a line, `#` starts a comment line.
 *
 *     500x2, ok                                  every cleanup fails twice, then succeeds
 *     type blob: delay 2s gone
 *     path /flaky: 503 retry-after 1s x2, ok
 *     object temporary-file/a/b.txt: hang
 *
 * The most specific rule decides: object, then path (HTTP only), then type, then the one without a selector.
 *
 * @throws ScriptError naming the line
 */
export function parseRules(text: string): Rule[] {
  const rules = new Map<string, Rule>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    try {
      const rule = parseRule(line.trim());
      const key = selectorKey(rule.selector);
      if (rules.has(key)) throw new ScriptError(`a second rule for ${key}`);
      rules.set(key, rule);
    } catch (error) {
      if (!(error instanceof ScriptError)) throw error;
      throw new ScriptError(`line ${index + 1}: ${error.message}`);
    }
  }
  return [...rules.values()];
}

function parseRule(line: string): Rule {
  // The last colon with a space after it: an object id may hold others, steps never do.
  const colon = line.search(/:\s(?!.*:\s)/);
  const selector = colon < 0 ? ({ kind: 'all' } as const) : parseSelector(line.slice(0, colon));
  return {
    selector,
    steps: line
      .slice(colon + 1)
      .split(',')
      .map(parseStep),
  };
}

function parseSelector(text: string): Selector {
  const [, kind, subject = ''] = /^(object|path|type) (.+)$/.exec(text) ?? [];
  if (kind === 'path' && subject.startsWith('/')) return { kind, path: subject };
  if (kind === 'type') return { kind, type: subject };
  const [, type, id] = /^([^/]+)\/(.+)$/.exec(subject) ?? [];
  if (kind === 'object' && type !== undefined && id !== undefined) return { kind, type, id };
  throw new ScriptError(`"${text}" selects nothing: use object TYPE/ID, path /PATH or type TYPE`);
}
