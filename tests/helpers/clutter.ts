import { once } from 'node:events';
import { connect as connectHttp2, constants } from 'node:http2';
import { connect } from 'node:net';
import type { RunningServer } from './server.js';

/** What careless clients leave open, each in the middle of something; it ends with the server. */
export async function clutter(server: RunningServer): Promise<void> {
  const [host = '', grpcPort] = server.grpc.split(':');
  const httpPort = new URL(server.http).port;
  const silent = connect(Number(grpcPort), host);
  const halfARequest = connect(Number(httpPort), host);
  halfARequest.write('GET /healthz HTTP/1.1\r\nhost: x\r\n');
  const preface = connect(Number(grpcPort), host);
  preface.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  const sockets = [silent, halfARequest, preface];
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));

  // A call whose message never comes, and a health watch that nobody ends.
  const session = connectHttp2(`http://${server.grpc}`);
  const open = (path: string) =>
    session.request(
      {
        [constants.HTTP2_HEADER_METHOD]: 'POST',
        [constants.HTTP2_HEADER_PATH]: path,
        [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
        te: 'trailers',
      },
      { endStream: false },
    );
  const watch = open('/grpc.health.v1.Health/Watch');
  watch.end(Buffer.alloc(5));
  await once(watch.resume(), 'response');
  const streams = [watch, open('/lease.v1.LeaseService/GetStats')];
  for (const each of [...sockets, session, ...streams]) each.on('error', () => undefined);
}
