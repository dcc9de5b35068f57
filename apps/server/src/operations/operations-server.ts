import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AlertMonitor, Metrics } from '@lease/metrics';
import type { Readiness } from './readiness.js';

interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export interface OperationsOptions {
  readonly readiness: Pick<Readiness, 'check'>;
  readonly metrics: Pick<Metrics, 'scrape'>;
  readonly alerts: Pick<AlertMonitor, 'report' | 'summary'>;
  /** Certificates and key in PEM. Unset: plain text. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Told of what went wrong with a page that was answered with 500. */
  readonly onFault: (error: unknown) => void;
}

/** Whoever connects and then says nothing is let go. */
const HANDSHAKE_TIMEOUT_MS = 10_000;

/** The pages for probes, scrapers and people: `/healthz` (alive), `/readyz` (send it calls), `/metrics`, `/alerts`. */
export function operationsServer({ readiness, metrics, alerts, tls, onFault }: OperationsOptions): Server {
  const pages: Readonly<Record<string, () => Promise<Page>>> = {
    '/healthz': () => Promise.resolve(json(200, { alive: true })),
    '/readyz': async () => {
      const report = await readiness.check();
      // An alert is for people. It takes no server out of service: the others would most likely have it as well.
      return json(report.ready ? 200 : 503, { ...report, alerts: alerts.summary() });
    },
    '/alerts': () => Promise.resolve(json(200, { alerts: alerts.report() })),
    '/metrics': async () => ({ status: 200, ...(await metrics.scrape()) }),
  };
  const pageFor = async ({ method = '', url = '' }: IncomingMessage): Promise<Page> => {
    const path = url.split('?', 1)[0] ?? '';
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (page === undefined) return json(404, { error: 'there is /healthz, /readyz, /metrics and /alerts' });
    if (method !== 'GET' && method !== 'HEAD') return json(405, { error: 'GET and HEAD are answered' });
    return page();
  };
  const answer: RequestListener = (request, response) => {
    pageFor(request).then(
      (page) => {
        send(response, page);
      },
      (error: unknown) => {
        onFault(error);
        send(response, json(500, { error: 'internal error' }));
      },
    );
  };
  return tls === undefined
    ? createServer(answer)
    : createTlsServer({ ...tls, handshakeTimeout: HANDSHAKE_TIMEOUT_MS }, answer);
}

function json(status: number, value: unknown): Page {
  return { status, contentType: 'application/json', body: `${JSON.stringify(value)}\n` };
}

function send(response: ServerResponse, { status, contentType, body }: Page): void {
  // Probes come every few seconds; a kept connection would only delay the stop.
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    connection: 'close',
    ...(status === 405 && { allow: 'GET, HEAD' }),
  });
  response.end(body);
}
