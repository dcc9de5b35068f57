import { describe, expect, test } from 'vitest';
import type { HttpTarget } from '../../src/index.js';
import { conceal } from '../../src/http/conceal.js';
import { bodyOf, httpClaim, startEndpoint } from './endpoint.js';
import { eachTest, type Fixture } from './fixture.js';

let on: Fixture;
eachTest((fixture) => (on = fixture));

function targetOf(headers: Record<string, string>, url = 'http://127.0.0.1/cleanup'): HttpTarget {
  return { kind: 'http', url, headers: new Map(Object.entries(headers)), notFoundIsDone: false };
}

describe('conceal', () => {
  test.each([
    ['a header as it is', { 'x-key': 'k-12345678' }, 'no k-12345678 here, k-12345678', 'no ... here, ...'],
    ['a token without its scheme', { authorization: 'Bearer t-12345678' }, 'bad t-12345678', 'bad ...'],
    ['with its scheme', { authorization: 'Bearer t-12345678' }, 'bad Bearer t-12345678!', 'bad ...!'],
    ['what is part of another', { a: 'abcdefgh', b: '12abcdefgh34' }, '12abcdefgh34 abcdefgh', '... ...'],
    ['an answer that was cut in a secret', { 'x-key': 'k-12345678-9' }, 'no k-12345678', 'no ...'],
    ['nothing short', { accept: 'json' }, 'json only', 'json only'],
    ['nothing else', { 'x-key': 'k-12345678' }, 'no such bucket', 'no such bucket'],
  ])('%s', (_, headers, text, concealed) => {
    expect(conceal(text, targetOf(headers))).toBe(concealed);
  });

  test.each([
    ['Cannot POST /c?key=a%2Fb%2Bc%2Fd01&v=1', 'Cannot POST /c?...'],
    ['bad a%2Fb%2Bc%2Fd01', 'bad ...'],
    ['bad a/b+c/d01', 'bad ...'],
  ])('a query, encoded or not: %s', (text, concealed) => {
    expect(conceal(text, targetOf({}, 'http://127.0.0.1/c?key=a%2Fb%2Bc%2Fd01&v=1'))).toBe(concealed);
  });
});

test.each([200, 400, 404, 409, 503])(
  'an endpoint that repeats the request with %i betrays no secret',
  async (code) => {
    const endpoint = await on.opened(
      startEndpoint((request, response) => {
        void bodyOf(request).then(() => {
          response
            .writeHead(code, String(request.headers['x-key']))
            .end(
              code === 409
                ? ''
                : `${request.url ?? ''} ${'x'.repeat(930)} ${JSON.stringify(request.headers)}`,
            );
        });
      }),
    );
    const url = `${endpoint.url}?token=QUERY-SECRET`;
    const claim = httpClaim(url);
    const target = targetOf({ 'x-key': 'HEADER-SECRET', authorization: 'Bearer TOKEN-SECRET' }, url);
    const result = await on.execute({ ...claim, spec: { ...claim.spec, target } });
    expect(result).toMatchObject({ statusCode: code, detail: expect.stringContaining('...') as string });
    expect(JSON.stringify(result)).not.toMatch(/SECRET|HEADER-|TOKEN-|QUERY-/);
  },
);
