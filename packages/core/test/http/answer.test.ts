import { describe, expect, test } from 'vitest';
import type { HttpTarget } from '../../src/index.js';
import { resultOf } from '../../src/http/answer-result.js';
import { verdictOf } from '../../src/http/answer-table.js';
import { retryAfterMs } from '../../src/http/retry-after.js';

const target: HttpTarget = {
  kind: 'http',
  url: 'http://127.0.0.1/',
  headers: new Map(),
  notFoundIsDone: false,
};
const answer = { statusCode: 404, statusText: 'Not Found', headers: {}, text: '' };
/** Sun, 06 Nov 1994 08:49:37 GMT */
const NOW = 784_111_777_000;

describe('verdictOf', () => {
  test.each([
    [200, 'done'],
    [201, 'done'],
    [204, 'done'],
    [299, 'done'],
    [300, 'terminal'],
    [301, 'terminal'],
    [304, 'terminal'],
    [308, 'terminal'],
    [400, 'terminal'],
    [401, 'terminal'],
    [403, 'terminal'],
    [404, 'not-found'],
    [405, 'terminal'],
    [408, 'retry'],
    [409, 'retry'],
    [410, 'done'],
    [412, 'terminal'],
    [422, 'terminal'],
    [425, 'retry'],
    [429, 'retry'],
    [499, 'terminal'],
    [500, 'retry'],
    [501, 'retry'],
    [503, 'retry'],
    [599, 'retry'],
    [600, 'retry'],
    [999, 'retry'],
    [0, 'retry'],
  ])('%i is %s', (statusCode, verdict) => {
    expect(verdictOf(statusCode)).toBe(verdict);
  });
});

describe('resultOf', () => {
  test('a 404 may mean that the endpoint is wrong: it is retried, and says so if it was the last', () => {
    expect(resultOf(answer, target, NOW)).toEqual({
      kind: 'retry',
      contact: 'answered',
      cause: 'cleanup',
      abandonReason: 'ENDPOINT_NOT_FOUND',
      statusCode: 404,
      detail: 'Not Found',
    });
  });

  test('a 404 is done if the answer or the spec says that the object is what is not found', () => {
    expect(resultOf({ ...answer, headers: { 'lease-gone': '1' } }, target, NOW).kind).toBe('done');
    expect(resultOf(answer, { ...target, notFoundIsDone: true }, NOW).kind).toBe('done');
    expect(resultOf({ ...answer, headers: { 'lease-gone': '0' } }, target, NOW).kind).toBe('retry');
  });

  test('lease-gone makes nothing else done', () => {
    const failed = { ...answer, statusCode: 500, headers: { 'lease-gone': '1' } };
    expect(resultOf(failed, { ...target, notFoundIsDone: true }, NOW).kind).toBe('retry');
  });

  test('a terminal answer keeps what the endpoint said', () => {
    expect(resultOf({ ...answer, statusCode: 400, text: 'no such bucket' }, target, NOW)).toEqual({
      kind: 'fail',
      abandonReason: 'TERMINAL_ANSWER',
      statusCode: 400,
      detail: 'no such bucket',
    });
  });

  test.each([404, 409, 425])('%i is about the cleanup, not about the endpoint', (statusCode) => {
    expect(resultOf({ ...answer, statusCode }, target, NOW)).toMatchObject({
      kind: 'retry',
      cause: 'cleanup',
    });
  });

  test('so is any answer that says that an earlier attempt still runs', () => {
    const running = { ...answer, statusCode: 503, headers: { 'lease-running': '1' } };
    expect(resultOf(running, target, NOW)).toMatchObject({ contact: 'unanswered', cause: 'cleanup' });
  });

  test.each([408, 429, 500, 501, 502, 503, 504, 599])('%i is about the endpoint', (statusCode) => {
    expect(resultOf({ ...answer, statusCode }, target, NOW)).not.toHaveProperty('cause');
  });

  test('Retry-After goes with every answer that is retried', () => {
    for (const statusCode of [404, 429, 500, 503]) {
      const asked = { ...answer, statusCode, headers: { 'retry-after': '7' } };
      expect(resultOf(asked, target, NOW)).toMatchObject({ kind: 'retry', retryAfterMs: 7_000 });
    }
  });
});

describe('retryAfterMs', () => {
  test.each([
    ['0', 0],
    ['120', 120_000],
    [' 5 ', 5_000],
    ['99999999999999999999', 1e23],
    ['Sun, 06 Nov 1994 08:50:37 GMT', 60_000],
    ['Sun, 06 Nov 1994 08:49:00 GMT', 0],
    ['-1', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['', undefined],
    ['Sunday, 06-Nov-94 08:50:37 GMT', undefined],
    ['Sun Nov  6 08:50:37 1994', undefined],
    ['Sun, 06 Foo 1994 08:50:37 GMT', undefined],
    ['2026-01-01T00:00:00Z', undefined],
  ])('%j is %s ms', (text, expected) => {
    expect(retryAfterMs({ 'retry-after': text }, NOW)).toBe(expected);
  });

  test('measures a date against the endpoint’s own clock, which may be a day off', () => {
    const headers = {
      date: 'Mon, 07 Nov 1994 08:49:37 GMT',
      'retry-after': 'Mon, 07 Nov 1994 08:49:47 GMT',
    };
    expect(retryAfterMs(headers, NOW)).toBe(10_000);
    expect(retryAfterMs({ ...headers, date: 'yesterday' }, NOW)).toBe(86_410_000);
  });

  test('is unset without the header', () => {
    expect(retryAfterMs({}, NOW)).toBeUndefined();
  });
});
