import { constants, type ServerHttp2Stream } from 'node:http2';
import { gzipSync } from 'node:zlib';
import { type CallAnswer, http2Endpoint } from './http2-endpoint.js';
import type { End, HostileRow } from './row.js';

const HEADERS = { ':status': 200, 'content-type': 'application/grpc+proto' };

function grpcRow(
  name: string,
  end: End,
  answer: CallAnswer,
  how: Pick<HostileRow, 'hangs' | 'drops'> = {},
): HostileRow {
  return { name: `gRPC: ${name}`, end, start: () => http2Endpoint(answer), ...how };
}

const exhausted = (name: string, answer: CallAnswer) => grpcRow(name, 'exhausted', answer);
const dropping = (name: string, answer: CallAnswer) => grpcRow(name, 'exhausted', answer, { drops: true });

/** An answer without a message: its status comes with its headers. */
function trailersOnly(trailers: Readonly<Record<string, string>>): CallAnswer {
  return (stream) => stream.respond({ ...HEADERS, ...trailers }, { endStream: true });
}

/** Headers, a message, and a status after it. */
function message(body: Buffer, status = '0', headers: Readonly<Record<string, string>> = {}): CallAnswer {
  return (stream) => {
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': status }));
    stream.respond({ ...HEADERS, ...headers }, { waitForTrailers: true });
    stream.end(body);
  };
}

function framed(body: Buffer, { compressed = false, length = body.length } = {}): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(compressed ? 1 : 0, 0);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, body]);
}

function resets(code: number): CallAnswer {
  return (stream) => stream.close(code);
}

/** Pours as much as the other side takes. */
function pours(stream: ServerHttp2Stream, chunk: Buffer): void {
  const pour = () => {
    while (!stream.destroyed && stream.writable && stream.write(chunk));
  };
  stream.on('drain', pour);
  pour();
}

const EVIL_MESSAGE = '%00%07%1b[31m%e2%80%ae%ff%fe%c3%28' + 'x'.repeat(3_000);

export const grpcRows: readonly HostileRow[] = [
  grpcRow('OK', 'collected', message(framed(Buffer.alloc(0)))),
  grpcRow('NOT_FOUND', 'collected', trailersOnly({ 'grpc-status': '5' })),
  grpcRow('PERMISSION_DENIED', 'terminal', trailersOnly({ 'grpc-status': '7' })),
  exhausted('UNAVAILABLE', trailersOnly({ 'grpc-status': '14' })),
  exhausted('a status that gRPC does not have', trailersOnly({ 'grpc-status': '99' })),
  exhausted('an answer without a status', trailersOnly({})),
  grpcRow(
    'INVALID_ARGUMENT and evil text',
    'terminal',
    trailersOnly({ 'grpc-status': '3', 'grpc-message': EVIL_MESSAGE }),
  ),
  exhausted('INTERNAL and evil text', trailersOnly({ 'grpc-status': '13', 'grpc-message': EVIL_MESSAGE })),
  exhausted(
    'details that are garbage',
    trailersOnly({ 'grpc-status': '14', 'grpc-status-details-bin': '////' }),
  ),
  grpcRow('a web page', 'terminal', (stream) => {
    stream.respond({ ':status': 404, 'content-type': 'text/html' });
    stream.end('<h1>not here</h1>');
  }),
  exhausted('RST_STREAM with INTERNAL_ERROR', resets(constants.NGHTTP2_INTERNAL_ERROR)),
  exhausted('RST_STREAM with REFUSED_STREAM', resets(constants.NGHTTP2_REFUSED_STREAM)),
  exhausted('RST_STREAM with CANCEL', resets(constants.NGHTTP2_CANCEL)),
  exhausted('RST_STREAM with NO_ERROR', resets(constants.NGHTTP2_NO_ERROR)),
  exhausted('headers, then RST_STREAM', (stream) => {
    stream.respond(HEADERS);
    setImmediate(() => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
  }),
  dropping('GOAWAY, then the connection closes', (_, session) => {
    session.goaway(constants.NGHTTP2_NO_ERROR, 0);
    setImmediate(() => session.destroy());
  }),
  dropping('GOAWAY with ENHANCE_YOUR_CALM', (_, session) => {
    session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    setImmediate(() => session.destroy());
  }),
  dropping('the connection drops', (_, session) => session.destroy()),
  exhausted('a message beyond 64 KB', message(framed(Buffer.alloc(65_537)))),
  exhausted('a message of 4 GB', (stream) => {
    stream.respond(HEADERS);
    stream.write(framed(Buffer.alloc(0), { length: 0xffff_ffff }));
    pours(stream, Buffer.alloc(16_384));
  }),
  exhausted('a gzip bomb', (stream, session) => {
    const bomb = framed(gzipSync(Buffer.alloc(64 * 1_024 * 1_024)), { compressed: true });
    message(bomb, '0', { 'grpc-encoding': 'gzip' })(stream, session);
  }),
  grpcRow('never answers', 'exhausted', () => undefined, { hangs: true }),
  grpcRow('headers, then silence', 'exhausted', (stream) => stream.respond(HEADERS), { hangs: true }),
  grpcRow(
    'a message byte by byte',
    'exhausted',
    (stream) => {
      stream.respond(HEADERS);
      stream.write(framed(Buffer.alloc(0), { length: 60_000 }));
      const timer = setInterval(() => stream.write('.'), 50);
      stream.once('close', () => clearInterval(timer));
    },
    { hangs: true },
  ),
];
