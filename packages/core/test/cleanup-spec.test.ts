import { expect, it } from 'vitest';
import { type CleanupTarget, endpointOf, targetKindOf } from '../src/index.js';

const http = (url: string): CleanupTarget => ({
  kind: 'http',
  url,
  headers: new Map(),
  notFoundIsDone: false,
});

it.each<[CleanupTarget, string]>([
  [http('http://127.0.0.1:8080/x?y'), 'http://127.0.0.1:8080'],
  [http('https://grpc.example/x'), 'https://grpc.example'],
  [http('http://handler/x'), 'http://handler'],
  [{ kind: 'grpc', address: 'HTTP.example:1', tls: false }, 'grpc://http.example:1'],
  [{ kind: 'grpc', address: '[::1]:1', tls: true }, 'grpcs://[::1]:1'],
  [{ kind: 'handler' }, 'handler:grpc-thing'],
])('an endpoint tells the kind of its target: %o', (target, endpoint) => {
  expect(endpointOf(target, 'grpc-thing')).toBe(endpoint);
  expect(targetKindOf(endpoint)).toBe(target.kind);
});
