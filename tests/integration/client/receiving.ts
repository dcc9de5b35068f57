import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { createReceiver, type ReceiverOptions } from '@lease/client/receiver';
import { onTestFinished } from 'vitest';

/** Mounts a receiver as a user would, over both protocols. */
export async function receiving(options: ReceiverOptions) {
  const receiver = createReceiver(options);
  const http = createServer(receiver.nodeHandler);
  await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening));
  const grpc = new Server();
  grpc.addService(receiver.grpcService.definition, receiver.grpcService.implementation);
  const port = await new Promise<number>((resolve, reject) => {
    grpc.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
    grpc.forceShutdown();
  });
  return [
    { http: { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/cleanup` } },
    { grpc: { address: `127.0.0.1:${port}` } },
  ] as const;
}
