import { ofCode, ofStatus, type Answer, type StatusAnswer } from './answer.js';
import type { Step } from './script.js';

/** A script that cannot be read: what is wrong, and what would be right. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };

/** An hour: longer than any attempt lasts, and far from where timers overflow. */
const MAX_DELAY_MS = 3_600_000;

/** Reads `[delay 2s] ANSWER [retry-after 1s] [location URL] [x2]`. */
export function parseStep(text: string): Step {
  const words = new Words(text);
  const delayMs = words.taken('delay') ? parseDelay(words.next('a duration such as 2s')) : 0;
  let answer = parseAnswer(words);
  if (words.taken('retry-after')) {
    answer = {
      ...statusOnly(answer),
      retryAfterSeconds: parseSeconds(words.next('whole seconds such as 1s')),
    };
  }
  if (words.taken('location')) answer = { ...statusOnly(answer), location: words.next('a URL') };
  const times = /^x([1-9]\d{0,5})$/.exec(words.peek() ?? '');
  if (times) words.next('xN');
  words.end();
  return { delayMs, answer, times: times ? Number(times[1]) : 1 };
}

function parseAnswer(words: Words): Answer {
  const word = words.next('an answer such as 500, ok, gone, lease-gone, UNAVAILABLE, hang, reset or drip');
  switch (word) {
    case 'hang':
    case 'reset':
    case 'drip':
      return { kind: word };
    case 'ok':
      return ofStatus(200);
    case 'gone':
      return ofStatus(410);
    case 'lease-gone':
      return { ...ofStatus(410), status: 404, leaseGone: true };
  }
  if (/^[2-5]\d\d$/.test(word)) return ofStatus(Number(word));
  const answer = ofCode(word);
  if (answer) return answer;
  throw new ScriptError(
    `"${word}" is no answer: use a status from 200 to 599, ok, gone, lease-gone, a gRPC code such as UNAVAILABLE, hang, reset or drip`,
  );
}

function statusOnly(answer: Answer): StatusAnswer {
  if (answer.kind === 'status') return answer;
  throw new ScriptError(`only an answer with a status can carry headers, not ${answer.kind}`);
}

function parseDelay(word: string): number {
  const [, amount, unit] = /^(\d{1,7})(ms|s|m)$/.exec(word) ?? [];
  const ms = Number(amount) * (UNITS_MS[unit ?? ''] ?? Number.NaN);
  if (ms <= MAX_DELAY_MS) return ms;
  throw new ScriptError(`"${word}" is no delay: use one such as 500ms, 2s or 1m, at most 60m`);
}

/** `Retry-After` knows whole seconds only. */
function parseSeconds(word: string): number {
  const seconds = /^(\d{1,5})s$/.exec(word)?.[1];
  if (seconds) return Number(seconds);
  throw new ScriptError(`"${word}" is not in whole seconds: use retry-after 1s`);
}

class Words {
  readonly #words: string[];

  constructor(text: string) {
    // `500x2` reads as `500 x2`.
    this.#words = text
      .replace(/(^|\s)([2-5]\d\d)(x[1-9]\d*)\s*$/, '$1$2 $3')
      .split(/\s+/)
      .filter(Boolean);
  }

  peek(): string | undefined {
    return this.#words[0];
  }

  next(expected: string): string {
    const word = this.#words.shift();
    if (word === undefined) throw new ScriptError(`expected ${expected}, but the step ends`);
    return word;
  }

  taken(keyword: string): boolean {
    if (this.#words[0] !== keyword) return false;
    this.#words.shift();
    return true;
  }

  end(): void {
    if (this.#words.length > 0) throw new ScriptError(`unexpected "${this.#words.join(' ')}"`);
  }
}
