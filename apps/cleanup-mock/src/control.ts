import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallFilter, CallLog } from './call-log.js';
import { readText } from './read-text.js';
import { parseRules } from './script/parse-rules.js';
import { ScriptError } from './script/parse-step.js';
import type { ScriptBook } from './script/script-book.js';

type Result = readonly [status: number, body?: unknown];

/**
 * What the person or the test that runs the mock calls:
 *
 * - `GET /calls?object_type=&object_id=&cleanup_id=&path=&after=&limit=`: `{ received, dropped, calls }`
 * - `DELETE /calls`: forget them
 * - `PUT /script`: replace all rules by those in the body; every cleanup starts anew
 */
export class Control {
  readonly #log: CallLog;
  readonly #scripts: ScriptBook;

  constructor(log: CallLog, scripts: ScriptBook) {
    this.#log = log;
    this.#scripts = scripts;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [status, body] = await this.#route(request);
    response.statusCode = status;
    if (body === undefined) response.end();
    else response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  }

  async #route(request: IncomingMessage): Promise<Result> {
    // A relative reference: the host plays no part.
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://mock');
    switch (`${request.method ?? ''} ${pathname}`) {
      case 'GET /calls': {
        const filter = parseFilter(searchParams);
        if (typeof filter === 'string') return [400, { error: filter }];
        const { received, dropped } = this.#log;
        return [200, { received, dropped, calls: this.#log.find(filter) }];
      }
      case 'DELETE /calls':
        this.#log.clear();
        return [204];
      case 'PUT /script':
        return this.#replaceScript(await readText(request));
      default:
        return [404, { error: 'use GET /calls, DELETE /calls, PUT /script, or POST a callback to any path' }];
    }
  }

  #replaceScript(text: string): Result {
    try {
      this.#scripts.replace(parseRules(text));
      return [204];
    } catch (error) {
      if (error instanceof ScriptError) return [400, { error: error.message }];
      throw error;
    }
  }
}

/** A string says what is wrong: a filter that is misspelt must not show everything. */
function parseFilter(params: URLSearchParams): CallFilter | string {
  const filter: { -readonly [K in keyof CallFilter]: CallFilter[K] } = {};
  for (const [name, value] of params) {
    switch (name) {
      case 'cleanup_id':
        filter.cleanupId = value;
        break;
      case 'object_type':
        filter.objectType = value;
        break;
      case 'object_id':
        filter.objectId = value;
        break;
      case 'path':
        filter.path = value;
        break;
      case 'after':
      case 'limit':
        if (!/^\d{1,15}$/.test(value)) return `${name} must be a whole number`;
        filter[name] = Number(value);
        break;
      default:
        return `no such filter: ${name}`;
    }
  }
  return filter;
}
