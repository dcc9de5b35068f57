import type { CleanupSpec, ObjectRef } from '@lease/core';
import { handlerCleanup, httpCleanup, objectRef } from '@lease/core/testing';

/** The few things that sequences are about, so that their steps meet each other. */
export const SERVICES = ['service-a', 'service-b'] as const;

export const OBJECTS: readonly ObjectRef[] = [
  objectRef('one'),
  objectRef('a/b', 'blob'),
  objectRef('__proto__', 'blob'),
];

/** Two endpoints and a handler, with budgets that a sequence can spend. */
export const SPECS: readonly CleanupSpec[] = [
  httpCleanup({ url: 'http://a.example/cleanup', retry: { maxAttempts: 3 } }),
  httpCleanup({ url: 'http://b.example/cleanup', payload: 'p', retry: { maxAttempts: 2 } }),
  handlerCleanup({ retry: { maxAttempts: 1 } }),
];

export const ENDPOINTS = ['http://a.example', 'http://b.example', 'handler:blob'] as const;

export const leaseIdOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
/** An id that no lease and no cleanup has. */
export const UNKNOWN_ID = leaseIdOf(999_999_999_999);

/** The item of a small list; indexes are drawn within its bounds. */
export function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`no item ${index} of ${items.length}`);
  return item;
}
