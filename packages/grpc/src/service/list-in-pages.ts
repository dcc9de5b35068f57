import type { Answer } from '@lease/core';
import { refused, type Reply } from './reply.js';

/** gRPC clients accept 4 MiB unless they are told otherwise; a kilobyte is for the token and the framing. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024 - 1024;

interface Page {
  readonly nextPageToken?: string;
  readonly now: number;
}

interface Listing<Read extends Page, Element> {
  /** Reads the page that was asked for, with as many elements as that, or with as many as are given. */
  readonly read: (pageSize?: number) => Promise<Answer<Read>>;
  readonly elements: (page: Read) => readonly Element[];
  /** The element's length in bytes. */
  readonly sizeOf: (element: Element) => number;
}

/**
 * A page that any client can receive: metadata can make a lease 55 KiB large, so 100 of them may be too much. Such a page
 * is read again with as many elements as fit, since only the store can say where the next one begins.
 */
export async function listInPages<Read extends Page, Element>({
  read,
  elements: elementsOf,
  sizeOf,
}: Listing<Read, Element>): Promise<Reply<{ elements: Element[]; nextPageToken: string; serverTime: Date }>> {
  let answer = await read();
  for (;;) {
    if (!answer.ok) return { ok: false, error: refused(answer.refusal) };
    const { nextPageToken = '', now } = answer.value;
    const elements = elementsOf(answer.value);
    const fitting = countFitting(elements, sizeOf);
    if (fitting === elements.length)
      return { ok: true, value: { elements: [...elements], nextPageToken, serverTime: new Date(now) } };
    answer = await read(fitting);
  }
}

/** How many elements, from the first, fit into a page. One always does. */
function countFitting<Element>(elements: readonly Element[], sizeOf: (element: Element) => number): number {
  let bytes = 0;
  for (const [i, element] of elements.entries()) {
    bytes += 8 + sizeOf(element);
    if (bytes > MAX_PAGE_BYTES) return Math.max(1, i);
  }
  return elements.length;
}
