import { connect } from 'node:net';
import type { Random } from '@lease/core';
import { seededRandom } from '@lease/core/testing';
import { Site, type SiteOptions } from '../collection/site.js';
import { aLease } from '../helpers/builders.js';
import { Probe } from '../helpers/probe.js';
import { countFrames, frame, Type } from './frames.js';
import { type HostileBytes, hostileBytes } from './hostile-bytes.js';

export interface WireFuzz extends Pick<SiteOptions, 'storage'> {
  readonly frames: number;
  readonly seed: number;
  readonly progress?: (line: string) => void;
}

export interface WireFuzzReport {
  readonly frames: number;
  readonly connections: number;
  /** Frames of headers that came back: calls that reached a handler, or were refused on the way. */
  readonly answers: number;
  /** Connections that the server ended with a reason. */
  readonly goaways: number;
  /** Correct calls that were made meanwhile, and answered correctly. */
  readonly correctCalls: number;
  readonly longestStallMs: number;
  readonly crashes: number;
  readonly violations: readonly string[];
}

const CONNECTIONS = 16;
const MAX_STALL_MS = 200;
/** For an answer, on a machine that does much else. */
const ANSWER_MS = 30_000;
const LAST_PING = Buffer.from('the last');
/** After the answer to the last ping, for calls that a handler still has. */
const SILENT_MS = 50;
/** For a server that waits for the rest of what was announced: the ping is a part of that. */
const UNANSWERED_MS = 150;

/** Hostile connections to a real server, and a client beside them whose calls are correct: it must not notice. */
export async function fuzzWire({ storage, frames, seed, progress }: WireFuzz): Promise<WireFuzzReport> {
  using probe = new Probe();
  await using site = await Site.open({ storage, flags: [], nodeOptions: probe.nodeOptions });
  // Loading takes longer than any call, and nobody waits for it.
  await probe.nextLine();
  const loaded = probe.lines().length;
  const [replica] = site.replicas;
  if (!replica) throw new Error('a site has a replica');
  const [host = '', port] = replica.grpc.split(':');
  const violations: string[] = [];
  const sent = { frames: 0, connections: 0, answers: 0, goaways: 0 };
  const under = () => sent.frames < frames && replica.running;

  const attack = async (random: Random) => {
    while (under()) {
      const hostile = hostileBytes(random);
      sent.frames += hostile.frames;
      sent.connections += 1;
      const counts = countFrames(await exchange(host, Number(port), hostile));
      sent.answers += counts.get(Type.HEADERS) ?? 0;
      sent.goaways += counts.get(Type.GOAWAY) ?? 0;
      if (sent.connections % 2_000 === 0) progress?.(`${sent.frames} of ${frames} frames`);
    }
  };
  let correctCalls = 0;
  const witness = async () => {
    do {
      const lease = aLease();
      await site.client.call('CreateLease', lease, ANSWER_MS);
      const read = await site.client.call('GetLease', lease, ANSWER_MS);
      if (read.lease.lease_id !== lease.lease_id) throw new Error('GetLease answers with another lease');
      await site.client.call('ReleaseLease', lease, ANSWER_MS);
      correctCalls += 3;
    } while (under());
  };

  // Each connection's random of its own: what one sends does not depend on how fast the others are.
  const attacks = Array.from({ length: CONNECTIONS }, (_, at) => attack(seededRandom(seed * 1_000 + at)));
  const ends = await Promise.allSettled([...attacks, witness()]);
  for (const end of ends) if (end.status === 'rejected') violations.push(String(end.reason));
  if (replica.running) await probe.nextLine();
  const longestStallMs = Math.max(
    0,
    ...probe
      .lines()
      .slice(loaded)
      .map(({ stallMs }) => stallMs),
  );
  const faults = /"level":(?:50|60)(?!.*"alert":).*/.exec(replica.output);
  if (faults) violations.push(`the server met a fault of its own: ${faults[0]}`);
  const crashes = replica.running ? 0 : 1;
  violations.push(...(crashes > 0 ? replica.surprises : await site.close()));
  if (longestStallMs > MAX_STALL_MS)
    violations.push(`the event loop computed for ${longestStallMs.toFixed(0)} ms without a turn`);
  return {
    ...{ ...sent, correctCalls, longestStallMs: Math.round(longestStallMs), crashes },
    violations: violations.map((line) => `seed ${seed}: ${line}`),
  };
}

/** Sends all, and reads what comes until the server gives the connection up, or answers a last ping and falls silent. */
function exchange(host: string, port: number, { bytes, whole }: HostileBytes): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ host, port });
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      const heard = Buffer.concat(chunks);
      if (heard.includes(LAST_PING) || countFrames(heard).has(Type.GOAWAY)) socket.setTimeout(SILENT_MS);
    });
    // Cut off in the midst, as it deserves.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') reject(error);
    });
    socket.on('close', () => {
      resolve(Buffer.concat(chunks));
    });
    socket.setTimeout(whole ? ANSWER_MS : UNANSWERED_MS, () => socket.destroy());
    socket.write(Buffer.concat([bytes, frame(Type.PING, 0, 0, LAST_PING)]));
  });
}
