import { describe, expect, it } from 'vitest';
import { LeaseService, type Answer, type LeaseEvent } from '../../../src/index.js';
import { RecordingStore } from '../recording-store.js';
import { cleanupRows } from './cleanup-rows.js';
import { grpcRows } from './grpc-rows.js';
import { httpRows } from './http-rows.js';
import { identityRows } from './identity-rows.js';
import type { Row } from './row.js';
import { valueRows } from './value-rows.js';

const rows: readonly Row[] = [...identityRows, ...valueRows, ...cleanupRows, ...httpRows, ...grpcRows];

describe('bad input is refused at the edge, before any write, with every wrong field named', () => {
  it('is tried in more than 250 ways', () => {
    expect(rows.length).toBeGreaterThan(250);
    expect(new Set(rows.map(([what, verb]) => `${verb}: ${what}`)).size).toBe(rows.length);
  });

  it.each(rows.map((row) => [title(row), row] as const))('%s', async (_, row) => {
    const store = new RecordingStore();
    const events: LeaseEvent[] = [];
    const service = new LeaseService({
      store,
      admitTarget: () => undefined,
      observer: (e) => events.push(e),
    });

    const answer = await call(service, row);
    if (answer.ok) throw new Error('was accepted');
    const { refusal } = answer;

    expect(store.calls).toBe(0);
    expect(refusal.reason).toBe('INVALID_REQUEST');
    expect(refusal.violations?.map(({ field }) => field)).toEqual(row[3]);
    if (row[4] !== undefined) expect(refusal.message).toMatch(row[4]);
    expect(events).toEqual([{ type: 'refused', verb: row[1], refusal }]);
    expectPrintable(refusal.message);
    for (const { field, description } of refusal.violations ?? []) expectPrintable(`${field} ${description}`);
  });
});

function title([what, verb]: Row): string {
  const escape = (char: string) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  return `${verb}: ${what.replace(/\p{C}/gu, escape)}`;
}

async function call(service: LeaseService, row: Row): Promise<Answer<unknown>> {
  switch (row[1]) {
    case 'create':
      return service.create(row[2]);
    case 'renew':
      return service.renew(row[2]);
    case 'release':
      return service.release(row[2]);
    case 'get':
      return service.get(row[2]);
    case 'list':
      return service.list(row[2]);
  }
}

/** Two echoes of 64 characters (a field's and a description's), and our own words around them. */
function expectPrintable(text: string): void {
  expect(text.length).toBeLessThan(300);
  expect(text).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
}
