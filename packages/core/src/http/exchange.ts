import type { ClientRequest, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import { getDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Clock } from '../clock/clock.js';
import type { Route } from './egress-guard.js';
import { pinTo } from './pinned.js';
import { readAnswer } from './read-answer.js';
import type { SlowAddresses } from './slow-addresses.js';

/** A complete answer, or as much of one as we care to read. */
export interface Answer {
  readonly statusCode: number;
  readonly statusText: string;
  readonly headers: IncomingHttpHeaders;
  /** The beginning of the body, cleaned. */
  readonly text: string;
}

/** `sent`: whether the request may have reached anybody. */
export type Exchange =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'broken'; readonly sent: boolean; readonly why: string };

export interface ExchangeRequest {
  readonly url: URL;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
  /** One that keeps pins. */
  readonly agent: http.Agent;
  readonly route: Extract<Route, { kind: 'open' }>;
  readonly slow: SlowAddresses;
  readonly clock: Clock;
  /** For everything, from the name lookup to the last byte of the answer. */
  readonly timeoutMs: number;
  /** What is left of it. */
  readonly leftMs: number;
  readonly signal: AbortSignal;
}

/** Pinned, since a flag of the process could lift it. */
const MAX_HEADER_BYTES = 16_384;

/**
 * Answers with 1xx that may come before the one. Whoever sends them without an end would keep this process reading, at full
 * speed, until the deadline: measured, one such endpoint held up all others for seconds.
 */
const MAX_INFORMATIONAL = 16;

/**
 * One POST and its answer. Throws only if the request cannot be formed. Nothing is repeated here: a kept connection that
 * its peer closes just as we write looks the same as one whose peer took the request and died, so it is `sent`. The
 * store then bars revival until a later attempt is answered, and where the peer took nothing, that is the only callback.
 */
export function exchange(request: ExchangeRequest): Promise<Exchange> {
  const { url, headers, body, agent, route, slow, clock, timeoutMs, leftMs, signal } = request;
  const addresses = slow.last(route.addresses, portOf(url));
  const options = {
    ...{ method: 'POST', headers, agent, maxHeaderSize: MAX_HEADER_BYTES, ...pinTo(addresses) },
    autoSelectFamilyAttemptTimeout: connectMs(leftMs, addresses.length),
    // Whom the certificate must be for: the name, not the address that it has today.
    ...(route.name !== undefined && { servername: route.name }),
  };
  const post = (url.protocol === 'https:' ? https : http).request(url, options);
  let sent = false;
  onceWritable(post, () => (sent = true));
  post.once('socket', (socket) => {
    if (!socket.connecting) return;
    socket.on('connectionAttemptTimeout', (address, port) => slow.found(address, port));
    socket.once('connect', () => slow.accepted(socket.remoteAddress ?? '', socket.remotePort ?? 0));
  });

  return new Promise((resolve) => {
    const end = (result: Exchange) => {
      cancelDeadline();
      signal.removeEventListener('abort', abort);
      resolve(result);
    };
    const broken = (why: string) => {
      end({ kind: 'broken', sent, why });
      post.destroy();
    };
    const abort = () => {
      broken(textOf(signal.reason));
    };
    const cancelDeadline = clock.schedule(leftMs, () => {
      broken(`no complete answer within ${timeoutMs} ms`);
    });
    signal.addEventListener('abort', abort);
    // Stays for good: a request that was destroyed may still report it.
    post.on('error', (error) => {
      broken(textOf(error));
    });
    // What Node destroys without a word, such as an answer with 101. Once there is a response, its reader sees the end.
    let responded = false;
    let informational = 0;
    post.on('information', () => {
      informational += 1;
      if (informational > MAX_INFORMATIONAL) broken(`more than ${MAX_INFORMATIONAL} answers with 1xx`);
    });
    post.on('close', () => {
      if (!responded) broken('the connection closed without an answer');
    });
    post.on('response', (response) => {
      responded = true;
      const { statusCode = 0, statusMessage: statusText = '', headers } = response;
      readAnswer(response).then(
        (text) => {
          end({ kind: 'answered', answer: { statusCode, statusText, headers, text } });
        },
        (error: unknown) => {
          broken(`${statusCode}, then ${textOf(error)}`);
        },
      );
    });
    post.end(body);
    if (signal.aborted) abort();
  });
}

/**
 * What each of several addresses has to accept a connection in; the last has all that is left. Node's own 250 ms are less
 * than a lost SYN or a busy endpoint takes: where no other address leads anywhere, such an endpoint was never reached.
 */
function connectMs(leftMs: number, addresses: number): number {
  return Math.max(getDefaultAutoSelectFamilyAttemptTimeout(), Math.floor(leftMs / addresses));
}

function portOf({ protocol, port }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

/** Calls back when the first byte of the request can leave: from then on nobody knows what became of it. */
function onceWritable(request: ClientRequest, callback: () => void): void {
  request.once('socket', (socket) => {
    // There was no way there, and the system knew at once.
    if (socket.destroyed) return;
    // A kept connection can take the request at once; a new one only when its handshakes are over.
    if (!socket.connecting) callback();
    else socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', callback);
  });
}

/** Errors of several addresses tried have no message of their own, but a code. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ('code' in error ? String(error.code) : error.name);
}
