import type { Random } from '@lease/core';
import { randomBelow, randomItem } from '@lease/core/testing';
import { aLease } from '../helpers/builders.js';
import { rawBytes } from '../helpers/raw-contract.js';
import { END_HEADERS, END_STREAM, frame, grpcFrame, headerBlock, PREFACE, Type } from './frames.js';

/** What a hostile client sends on one connection. */
export interface HostileBytes {
  readonly bytes: Buffer;
  readonly frames: number;
  /** Whether each frame ends where it says: then the server knows where the next one begins, unless it gave up before. */
  readonly whole: boolean;
}

const MAX_STEPS = 60;
const METHODS = [
  ...['CreateLease', 'RenewLease', 'ReleaseLease', 'GetLease', 'ListLeases'],
  ...['BatchCreateLeases', 'BatchRenewLeases', 'BatchReleaseLeases', 'GetStats', 'DropLeases'],
].map((name) => `/lease.v1.LeaseService/${name}`);
const OTHER_PATHS = [
  '/',
  '',
  '/lease.v1.CleanupAdminService/PauseCollection',
  '*',
  '/grpc.health.v1.Health/Watch',
];
const ENCODINGS = ['gzip', 'deflate', 'identity', 'br', '\u0000'];
const LENGTHS = [0, 1, 5, 8, 0x3fff, 0x4000, 0x4001, 0xffffff];
const STREAMS = [0, 1, 2, 3, 0x7fffffff, 0x80000001, 0xffffffff];

/** Bytes for one connection: the same for the same state of `random`. */
export function hostileBytes(random: Random): HostileBytes {
  if (random.next() < 0.03) return { bytes: noise(random, 4_096), frames: 1, whole: false };
  const frames = [frame(Type.SETTINGS, 0, 0, random.next() < 0.9 ? Buffer.alloc(0) : settings(random))];
  let stream = 1;
  let whole = true;
  const steps = 1 + randomBelow(random, MAX_STEPS);
  for (let step = 0; step < steps; step++) {
    // A wild frame mostly ends the connection: what follows it is read by nobody.
    if (random.next() < 0.02) {
      frames.push(wildFrame(random));
      whole = false;
    } else if (random.next() < 0.1) frames.push(controlFrame(random, stream));
    else {
      frames.push(...call(random, stream));
      stream += 2;
    }
  }
  let bytes: Buffer = Buffer.concat([PREFACE, ...frames]);
  if (random.next() < 0.2) {
    bytes =
      random.next() < 0.5
        ? flip(random, bytes, PREFACE.length)
        : bytes.subarray(0, randomBelow(random, bytes.length));
    whole = false;
  }
  return { bytes, frames: frames.length, whole };
}

function call(random: Random, stream: number): Buffer[] {
  const block = headerBlock(headers(random));
  const body = grpcBody(random);
  const split = random.next() < 0.1 ? randomBelow(random, block.length) : block.length;
  const ends = random.next() < 0.9;
  const frames = [
    frame(Type.HEADERS, split === block.length ? END_HEADERS : 0, stream, block.subarray(0, split)),
    ...(split === block.length ? [] : [frame(Type.CONTINUATION, END_HEADERS, stream, block.subarray(split))]),
  ];
  const half = random.next() < 0.2 ? randomBelow(random, body.length + 1) : 0;
  if (half > 0) frames.push(frame(Type.DATA, 0, stream, body.subarray(0, half)));
  frames.push(frame(Type.DATA, ends ? END_STREAM : 0, stream, body.subarray(half)));
  if (!ends) frames.push(frame(Type.RST_STREAM, 0, stream, uint32(randomBelow(random, 20))));
  return frames;
}

function headers(random: Random): Record<string, string> {
  const all: Record<string, string> = {
    ':method': random.next() < 0.97 ? 'POST' : randomItem(random, ['GET', 'CONNECT', '']),
    ':scheme': 'http',
    ':path': randomItem(random, random.next() < 0.9 ? METHODS : OTHER_PATHS),
    ':authority': 'x',
    'content-type': random.next() < 0.95 ? 'application/grpc' : randomItem(random, ['text/html', '']),
    te: 'trailers',
  };
  if (random.next() < 0.1) all['grpc-encoding'] = randomItem(random, ENCODINGS);
  if (random.next() < 0.1)
    all['grpc-timeout'] = randomItem(random, ['1n', '0S', '99999999H', '-1S', 'x', '999999999S', '1']);
  if (random.next() < 0.05) all['x-request-id'] = noise(random, 100).toString('latin1');
  if (random.next() < 0.05) all['traceparent-bin'] = '%%%';
  return all;
}

/** One that is right. */
function aCreate(random: Random): Buffer {
  const object = { type: 'blob', id: random.uuid() };
  return rawBytes('lease.v1.CreateLeaseRequest', aLease({ lease_id: random.uuid(), object }));
}

/** A message in its frame, with something wrong about one of the two, mostly. */
function grpcBody(random: Random): Buffer {
  const message = random.next() < 0.3 ? noise(random, 300) : aCreate(random);
  switch (randomBelow(random, 8)) {
    case 0:
      return grpcFrame(message.subarray(0, randomBelow(random, message.length + 1)));
    case 1:
      return grpcFrame(message, 0, randomItem(random, [...LENGTHS, 0xffffffff, message.length + 1]));
    case 2:
      return grpcFrame(message, randomItem(random, [1, 2, 255]));
    case 3:
      return Buffer.concat([grpcFrame(message), grpcFrame(message)]);
    case 4:
      return noise(random, 64);
    default:
      return grpcFrame(flip(random, message, 0));
  }
}

/** Legal in its form; not always in its place. */
function controlFrame(random: Random, stream: number): Buffer {
  switch (randomBelow(random, 6)) {
    case 0:
      return frame(Type.PING, 0, 0, noise(random, 0, 8));
    case 1:
      return frame(Type.SETTINGS, 0, 0, settings(random));
    case 2:
      return frame(Type.WINDOW_UPDATE, 0, randomItem(random, [0, 1]), uint32(1 + randomBelow(random, 1_000)));
    case 3:
      return frame(Type.PRIORITY, 0, stream, Buffer.concat([uint32(1), Buffer.from([16])]));
    case 4:
      return frame(Type.RST_STREAM, 0, Math.max(1, stream - 2), uint32(8));
    default:
      // Extensions are to be passed over.
      return frame(0x20 + randomBelow(random, 200), 0, 0, noise(random, 40));
  }
}

function wildFrame(random: Random): Buffer {
  const payload = noise(random, 64);
  const length = random.next() < 0.5 ? payload.length : randomItem(random, LENGTHS);
  return frame(
    randomBelow(random, 16),
    randomBelow(random, 256),
    randomItem(random, STREAMS),
    payload,
    length,
  );
}

function settings(random: Random): Buffer {
  const entry = Buffer.alloc(6);
  entry.writeUInt16BE(randomBelow(random, 10), 0);
  entry.writeUInt32BE(randomItem(random, [0, 1, 0x4000, 0x7fffffff, 0xffffffff]), 2);
  return entry;
}

function flip(random: Random, bytes: Buffer, from: number): Buffer {
  const flipped = Buffer.from(bytes);
  if (bytes.length <= from) return flipped;
  for (let times = 1 + randomBelow(random, 4); times > 0; times--) {
    const at = from + randomBelow(random, bytes.length - from);
    flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << randomBelow(random, 8)), at);
  }
  return flipped;
}

/** Up to `most` bytes beyond `least`. */
function noise(random: Random, most: number, least = 0): Buffer {
  return Buffer.from(
    Array.from({ length: least + randomBelow(random, most + 1) }, () => randomBelow(random, 256)),
  );
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}
