import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Answer } from './tcp-endpoint.js';

type Bytes = string | Buffer;

/** Writes these bytes and leaves the connection open. */
export function says(...parts: readonly Bytes[]): Answer {
  return (socket) => {
    for (const part of parts) socket.write(part);
  };
}

/** Writes these bytes and closes. */
export function saysAndCloses(...parts: readonly Bytes[]): Answer {
  return (socket) => socket.end(Buffer.concat(parts.map((part) => Buffer.from(part as string))));
}

/** A whole answer. */
export function answers(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body: Bytes = '',
): Answer {
  const bytes = Buffer.from(body as string);
  return says(head(status, { 'content-length': `${bytes.length}`, ...headers }), bytes);
}

export function head(status: number, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Whatever\r\n${lines.join('')}\r\n`;
}

/** Writes as much as the other side takes, for ever. */
export function poursAfter(first: Bytes, chunk: Bytes): Answer {
  return (socket) => {
    const pour = () => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', pour);
    socket.write(first);
    pour();
  };
}

/** Writes one byte after the other, so slowly that they never come to an end. */
export function dripsAfter(first: Bytes, byte: Bytes): Answer {
  return (socket) => {
    socket.write(first);
    every(socket, 50, () => socket.write(byte));
  };
}

function every(socket: Socket, ms: number, act: () => void): void {
  const timer = setInterval(act, ms);
  socket.once('close', () => clearInterval(timer));
}

/** What no store, log or terminal should be given as it is, and more of it than is kept (R15). */
export const EVIL_TEXT = Buffer.concat([
  Buffer.from('a\u0000b\u0007\u001b[31m\u202e\u2066\u2028\u200f\u061c'),
  Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0xed, 0xa0, 0x80]),
  Buffer.from('é'.repeat(3_000)),
]);

/** 64 MB of one letter in 64 KB. */
export const GZIP_BOMB = gzipSync(Buffer.alloc(64 * 1_024 * 1_024, 'A'));
