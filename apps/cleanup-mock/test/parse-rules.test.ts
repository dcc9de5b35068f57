import { status as Code } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { parseRules } from '../src/script/parse-rules.js';
import { ScriptError } from '../src/script/parse-step.js';

const steps = (text: string) => parseRules(text)[0]?.steps;

describe('a script', () => {
  it('reads "500x2, ok" as: fail twice, then succeed', () => {
    expect(parseRules('500x2, ok')).toEqual([
      {
        selector: { kind: 'all' },
        steps: [
          { delayMs: 0, times: 2, answer: { kind: 'status', status: 500, code: Code.INTERNAL } },
          { delayMs: 0, times: 1, answer: { kind: 'status', status: 200, code: Code.OK } },
        ],
      },
    ]);
  });

  it('takes a rule a line, with comments and blank lines between them', () => {
    const rules = parseRules('# mine\n500\n\n  path /a: hang\r\ntype blob: gone\nobject blob/x: reset\n');
    expect(rules.map(({ selector }) => selector)).toEqual([
      { kind: 'all' },
      { kind: 'path', path: '/a' },
      { kind: 'type', type: 'blob' },
      { kind: 'object', type: 'blob', id: 'x' },
    ]);
  });

  it('lets an object id hold slashes, spaces and colons', () => {
    const [rule] = parseRules('object temporary-file/a/b: c.txt: location: drip');
    expect(rule?.selector).toEqual({ kind: 'object', type: 'temporary-file', id: 'a/b: c.txt: location' });
  });

  it.each([
    ['delay 2s 503', { delayMs: 2_000, status: 503, code: Code.UNAVAILABLE }],
    ['delay 1500ms ok', { delayMs: 1_500, status: 200, code: Code.OK }],
    ['429 retry-after 3s', { status: 429, code: Code.RESOURCE_EXHAUSTED, retryAfterSeconds: 3 }],
    ['lease-gone', { status: 404, code: Code.NOT_FOUND, leaseGone: true }],
    ['404', { status: 404, code: Code.UNKNOWN }],
    ['302 location http://127.0.0.1:1/200x2', { status: 302, location: 'http://127.0.0.1:1/200x2' }],
    ['422', { status: 422, code: Code.INVALID_ARGUMENT }],
    ['UNIMPLEMENTED', { status: 400, code: Code.UNIMPLEMENTED }],
    ['NOT_FOUND', { status: 410, code: Code.NOT_FOUND }],
    ['DATA_LOSS x3', { status: 500, code: Code.DATA_LOSS, times: 3 }],
  ])('reads %s', (text, { delayMs = 0, times = 1, ...answer }: Record<string, unknown>) => {
    expect(steps(text)).toEqual([
      { delayMs, times, answer: expect.objectContaining({ kind: 'status', ...answer }) as unknown },
    ]);
  });

  it.each([
    ['600', '"600" is no answer'],
    ['100', '"100" is no answer'],
    ['unavailable', '"unavailable" is no answer'],
    ['', undefined],
    ['500,', 'expected an answer'],
    ['500x0', '"500x0" is no answer'],
    ['500 x2 x3', 'unexpected "x3"'],
    ['delay 500', '"500" is no delay'],
    ['delay 61m ok', '"61m" is no delay'],
    ['delay', 'expected a duration'],
    ['503 retry-after 500ms', 'not in whole seconds'],
    ['hang retry-after 1s', 'only an answer with a status'],
    ['path a: ok', 'selects nothing'],
    ['object blob: ok', 'selects nothing'],
    ['cleanup x: ok', 'selects nothing'],
    ['ok\nok', 'line 2: a second rule for all'],
    ['ok\ntype a: ok\ntype a: 500', 'line 3: a second rule for type a'],
  ])('says what is wrong with %j', (text, problem) => {
    if (problem === undefined) expect(parseRules(text)).toEqual([]);
    else {
      expect(() => parseRules(text)).toThrow(ScriptError);
      expect(() => parseRules(text)).toThrow(problem);
    }
  });
});
