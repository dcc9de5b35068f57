import { status as Code } from '@grpc/grpc-js';
import { setTimeout as delay } from 'node:timers/promises';
import type { Call, CallLog } from './call-log.js';
import type { Callback } from './callback.js';
import { deleteBeneath } from './delete-beneath.js';
import { ofStatus, saysDone, type Answer, type StatusAnswer } from './script/answer.js';
import type { ScriptBook } from './script/script-book.js';

/** The type whose objects are files: their id is a path beneath the root. */
const FILE_TYPE = 'temporary-file';

/** A request as its protocol delivered it; a string in place of the callback says why it is none. */
export interface Arrival {
  readonly protocol: Call['protocol'];
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly callback: Callback | string;
}

/** What both protocols do with a call: record it, follow the script, delete the file. */
export class CleanupEndpoint {
  readonly #log: CallLog;
  readonly #scripts: ScriptBook;
  readonly #root: string | undefined;

  constructor(options: { log: CallLog; scripts: ScriptBook; root: string | undefined }) {
    this.#log = options.log;
    this.#scripts = options.scripts;
    this.#root = options.root;
  }

  /** Resolves, after the script's delay, with what the caller is to see. */
  async receive({ callback, ...arrival }: Arrival): Promise<Answer> {
    if (typeof callback === 'string') {
      const call = this.#log.record({ ...arrival, problem: callback });
      return note(call, { ...ofStatus(400), detail: callback });
    }
    const call = this.#log.record({ ...arrival, body: callback });
    const step = this.#scripts.next({
      path: arrival.path,
      objectType: callback.object_type,
      objectId: callback.object_id,
      cleanupId: callback.cleanup_id,
    });
    // An unreferenced timer: a delayed answer does not keep a stopped mock alive.
    if (step && step.delayMs > 0) await delay(step.delayMs, undefined, { ref: false });
    const answer = step?.answer ?? ofStatus(200);
    if (this.#root === undefined || callback.object_type !== FILE_TYPE || !saysDone(answer)) {
      return note(call, answer);
    }
    return note(call, await deletion(this.#root, callback.object_id, answer));
  }
}

/** Done only if the file is gone; what cannot be helped is terminal, the rest is worth a retry. */
async function deletion(root: string, path: string, done: StatusAnswer): Promise<Answer> {
  try {
    const result = await deleteBeneath(root, path);
    switch (result.outcome) {
      case 'deleted':
        return { ...done, detail: 'deleted' };
      case 'missing':
        return { ...ofStatus(410), detail: 'no such file' };
      case 'refused':
        return { ...ofStatus(403), detail: `refused: ${result.why}` };
    }
  } catch (error) {
    return { ...ofStatus(500), detail: error instanceof Error ? error.message : String(error) };
  }
}

/** Completes the record with what the caller sees. */
function note(call: Call, answer: Answer): Answer {
  call.answer = answerText(call.protocol, answer);
  if (answer.kind === 'status' && answer.detail !== undefined) call.detail = answer.detail;
  return answer;
}

function answerText(protocol: Call['protocol'], answer: Answer): string {
  if (answer.kind !== 'status') return answer.kind;
  return protocol === 'http' ? String(answer.status) : Code[answer.code];
}
