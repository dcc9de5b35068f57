import { LeaseError } from './lease-error.js';

/** How one element of a batch was answered. */
export type BatchResult<T> = ({ readonly ok: true } & T) | { readonly ok: false; readonly error: LeaseError };

/** What the server takes in one call. */
const MAX_ELEMENTS = 1_000;
/** gRPC servers refuse messages above 4 MiB; the rest is for the envelope. */
const MAX_BYTES = 3.5 * 1024 * 1024;

interface Batch<Request, Message, T> {
  readonly encode: (request: Request) => Message;
  readonly sizeOf: (message: Message) => number;
  /** Sends at most 1,000 and answers each; rejects with LeaseError if there was no answer. */
  readonly send: (messages: readonly Message[]) => Promise<readonly BatchResult<T>[]>;
}

/**
 * Any number of requests, in as many calls as they need, one after another. `results[i]` answers `requests[i]`. A call that
 * fails is the answer to all that it carried, and to all behind it: they are not sent, since each would wait its turn for the
 * same end.
 */
export async function inBatches<Request, Message, T>(
  requests: readonly Request[],
  { encode, sizeOf, send }: Batch<Request, Message, T>,
): Promise<BatchResult<T>[]> {
  const encoded = requests.map((request) => valueOrError(() => encode(request)));
  const messages = encoded.filter((each) => each.ok).map((each) => each.value);

  const answers: BatchResult<T>[] = [];
  let failure: LeaseError | undefined;
  for (const batch of split(messages, sizeOf)) {
    if (failure === undefined) {
      try {
        answers.push(...(await answersTo(batch, send)));
        continue;
      } catch (error) {
        if (!(error instanceof LeaseError)) throw error;
        failure = error;
      }
    }
    const unsent: BatchResult<T> = { ok: false, error: failure };
    answers.push(...batch.map(() => unsent));
  }

  const next = answers.values();
  return encoded.map((each) => (each.ok ? (next.next().value as BatchResult<T>) : each));
}

async function answersTo<Message, T>(
  batch: readonly Message[],
  send: Batch<unknown, Message, T>['send'],
): Promise<readonly BatchResult<T>[]> {
  const answers = await send(batch);
  if (answers.length === batch.length) return answers;
  throw new LeaseError({
    code: 'INTERNAL',
    message: `malformed answer: ${answers.length} results to ${batch.length} requests`,
  });
}

function* split<Message>(messages: readonly Message[], sizeOf: (message: Message) => number) {
  let batch: Message[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = sizeOf(message);
    if (batch.length === MAX_ELEMENTS || (batch.length > 0 && bytes + size > MAX_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(message);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

/** One element that cannot be encoded, or whose answer cannot be read, fails alone. */
export function valueOrError<T>(
  read: () => T,
): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: LeaseError } {
  try {
    return { ok: true, value: read() };
  } catch (error) {
    if (!(error instanceof LeaseError)) throw error;
    return { ok: false, error };
  }
}
