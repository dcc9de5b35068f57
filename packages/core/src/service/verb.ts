import type { LeaseEvent, LeaseVerb } from '../events/events.js';
import type { Answer } from './answer.js';

/** One of the store's writes, as the service offers it. */
export interface Verb<Request, Command, Result extends object, Value> {
  readonly name: LeaseVerb;
  /** Checks and normalises one request; a promise only if somebody has to be asked. */
  command(request: Request): Answer<Command> | Promise<Answer<Command>>;
  /** The store's verb: one result for each command, in order. */
  execute(commands: readonly Command[]): Promise<readonly Result[]>;
  /** Puts one result into words. */
  answer(command: Command, result: Result): Answer<Value>;
  /** What observers are told when it was done. */
  event(value: Value): LeaseEvent;
}

/** Judges, executes and answers one request. */
export async function callOne<Request, Command, Result extends object, Value>(
  verb: Verb<Request, Command, Result, Value>,
  request: Request,
): Promise<Answer<Value>> {
  const judging = verb.command(request);
  const judged = isSettled(judging) ? judging : await judging;
  if (!judged.ok) return judged;
  const results = await verb.execute([judged.value]);
  return verb.answer(judged.value, resultAt(results, 0));
}

/** The same for many, with one call to the store for all that are valid: `answers[i]` is for `requests[i]`. */
export async function callEach<Request, Command, Result extends object, Value>(
  verb: Verb<Request, Command, Result, Value>,
  requests: readonly Request[],
): Promise<Answer<Value>[]> {
  const judging = requests.map((request) => verb.command(request));
  const judged = judging.every(isSettled)
    ? judging
    : await Promise.all(judging.map((each) => Promise.resolve(each)));
  const commands = judged.flatMap((judgement) => (judgement.ok ? [judgement.value] : []));
  const results = commands.length === 0 ? [] : await verb.execute(commands);
  let next = 0;
  return judged.map((judgement) => {
    if (!judgement.ok) return judgement;
    const result = resultAt(results, next);
    next += 1;
    return verb.answer(judgement.value, result);
  });
}

function isSettled<T>(value: T | Promise<T>): value is T {
  return !(value instanceof Promise);
}

function resultAt<Result extends object>(results: readonly Result[], index: number): Result {
  const result = results[index];
  if (result === undefined)
    throw new Error(`the store gave no result for command ${index}: it breaks its contract`);
  return result;
}
