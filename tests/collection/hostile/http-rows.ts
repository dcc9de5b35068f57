import {
  answers,
  dripsAfter,
  EVIL_TEXT,
  GZIP_BOMB,
  head,
  poursAfter,
  says,
  saysAndCloses,
} from './answers.js';
import type { End, HostileRow } from './row.js';
import { type Answer, overHttp, tcpEndpoint, type TcpOptions } from './tcp-endpoint.js';

export function httpRow(
  name: string,
  end: End,
  answer: Answer,
  options: TcpOptions & Pick<HostileRow, 'pauseMs' | 'hangs'> = {},
): HostileRow {
  const { pauseMs, hangs, ...tcp } = options;
  return {
    name: `HTTP: ${name}`,
    end,
    start: () => tcpEndpoint(answer, tcp),
    ...(pauseMs && { pauseMs }),
    ...(hangs && { hangs }),
  };
}

const exhausted = (name: string, answer: Answer) => httpRow(name, 'exhausted', answer);
const hanging = (name: string, answer: Answer) => httpRow(name, 'exhausted', answer, { hangs: true });
const CHUNKED = head(200, { 'transfer-encoding': 'chunked' });
const TEN_GB = { 'content-length': '10000000000' };
const KILOBYTES = 'x'.repeat(16_384);

const STATUSES: readonly HostileRow[] = [
  ...[500, 501, 502, 503, 504, 599, 600, 999, 408, 409, 425, 429].map((status) =>
    exhausted(`${status}`, answers(status)),
  ),
  httpRow('404', 'not-found', answers(404)),
  httpRow('404 with lease-gone', 'collected', answers(404, { 'lease-gone': '1' })),
  httpRow('404 where the spec takes it for done', 'collected', answers(404), {
    target: (port) => ({ http: { ...overHttp(port).http, not_found_is_done: true } }),
  }),
  httpRow('410', 'collected', answers(410)),
  httpRow('401', 'terminal', answers(401)),
];

const BROKEN_OFF: readonly HostileRow[] = [
  exhausted('closes before the reply', (socket) => socket.end()),
  exhausted('resets before the reply', (socket) => socket.resetAndDestroy()),
  exhausted('closes in the head', saysAndCloses('HTTP/1.1 200 OK\r\nContent-')),
  exhausted('closes in the body', saysAndCloses(head(200, { 'content-length': '10' }), 'abc')),
  exhausted('closes in a chunk', saysAndCloses(CHUNKED, '5\r\nab')),
];

const SLOW: readonly HostileRow[] = [
  hanging('silence', says()),
  hanging('half of the head, then silence', says('HTTP/1.1 200 OK\r\nContent-')),
  hanging('the head, then silence', says(head(200, { 'content-length': '5' }))),
  hanging('half of the body, then silence', says(head(200, { 'content-length': '5' }), 'ab')),
  hanging('half of a chunk, then silence', says(CHUNKED, '5\r\nab')),
  hanging('a body byte by byte', dripsAfter(head(200, { 'content-length': '100000' }), '.')),
  hanging('chunks byte by byte', dripsAfter(CHUNKED, '1\r\n.\r\n')),
  hanging('a head byte by byte', dripsAfter('HTTP/1.1 200 OK\r\nX: ', '.')),
  hanging('early hints, then silence', says('HTTP/1.1 103 Early Hints\r\n\r\n')),
  exhausted('100 Continue again and again', dripsAfter('', 'HTTP/1.1 100 Continue\r\n\r\n')),
];

const TOO_MUCH: readonly HostileRow[] = [
  exhausted('early hints without an end', poursAfter('', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(500))),
  httpRow('200 and 10 GB', 'collected', poursAfter(head(200, TEN_GB), KILOBYTES)),
  httpRow('200 and endless chunks', 'collected', poursAfter(CHUNKED, `4000\r\n${KILOBYTES}\r\n`)),
  exhausted('500 and 10 GB', poursAfter(head(500, TEN_GB), KILOBYTES)),
  httpRow('400 and 10 GB', 'terminal', poursAfter(head(400, TEN_GB), KILOBYTES)),
  exhausted('a head without an end', poursAfter('HTTP/1.1 200 OK\r\n', 'X: y\r\n'.repeat(1_000))),
  exhausted('a header of 1 MB', says(head(200, { x: 'y'.repeat(1_048_576) }))),
  exhausted('a reason without an end', poursAfter('HTTP/1.1 200 ', KILOBYTES)),
  exhausted('chunk extensions without an end', poursAfter(`${CHUNKED}1;`, KILOBYTES)),
  httpRow('200 and a gzip bomb', 'collected', answers(200, { 'content-encoding': 'gzip' }, GZIP_BOMB)),
  exhausted('500 and a gzip bomb', answers(500, { 'content-encoding': 'gzip' }, GZIP_BOMB)),
];

const MALFORMED: readonly HostileRow[] = [
  exhausted('another protocol', says('SSH-2.0-OpenSSH_9.2\r\n')),
  exhausted('HTTP/2', says('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')),
  exhausted('101', says('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n')),
  exhausted('chunks that are none', says(CHUNKED, 'zz\r\nabc\r\n')),
  exhausted('a chunk of 2^68 bytes', says(CHUNKED, `${'f'.repeat(17)}\r\n`)),
  exhausted('a negative length', says('HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n')),
  exhausted('two lengths', says('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab')),
  exhausted('U+0000 in a header', says('HTTP/1.1 200 OK\r\nX: a\u0000b\r\nContent-Length: 0\r\n\r\n')),
  exhausted('a status that is no number', says('HTTP/1.1 2xx OK\r\nContent-Length: 0\r\n\r\n')),
];

const EVIL: readonly HostileRow[] = [
  httpRow('200 and evil text', 'collected', answers(200, {}, EVIL_TEXT)),
  httpRow('400 and evil text', 'terminal', answers(400, {}, EVIL_TEXT)),
  exhausted('500 and evil text', answers(500, {}, EVIL_TEXT)),
  httpRow(
    '400 and an evil reason',
    'terminal',
    says(Buffer.from('HTTP/1.1 400 a\u202eb\u2066\u200f\r\nContent-Length: 0\r\n\r\n')),
  ),
];

export const httpRows: readonly HostileRow[] = [
  ...STATUSES,
  ...BROKEN_OFF,
  ...SLOW,
  ...TOO_MUCH,
  ...MALFORMED,
  ...EVIL,
];
