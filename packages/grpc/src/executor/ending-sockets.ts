import type { Socket } from 'node:net';
import type { ChannelCredentials } from '@grpc/grpc-js';

/**
 * Makes the connections of a client that has these credentials, which must be its own, end with its use for them, if their
 * peer has not greeted by then. By itself, grpc-js waits for the greeting, also when the channel is idle or closed: a peer
 * that accepts and never says anything would cost a socket for each attempt, for good.
 */
export function endingSockets(credentials: ChannelCredentials): ChannelCredentials {
  const create = credentials._createSecureConnector.bind(credentials);
  // There is no other place at which it shows a socket. A connector serves one address, until nobody refers to that.
  credentials._createSecureConnector = (...args) => {
    const connector = create(...args);
    const secure = connector.connect.bind(connector);
    const destroy = connector.destroy.bind(connector);
    const [handshaking, connected] = [new Set<Socket>(), new Set<Socket>()];
    let destroyed = false;
    const keepIn = (sockets: Set<Socket>, socket: Socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      if (!destroyed) return;
      socket.destroy();
      throw new Error('nobody needs the connection any more');
    };
    connector.connect = async (socket) => {
      keepIn(handshaking, socket);
      const result = await secure(socket);
      handshaking.delete(socket);
      keepIn(connected, result.socket);
      return result;
    };
    connector.destroy = () => {
      destroyed = true;
      destroy();
      for (const socket of handshaking) socket.destroy();
      // On one that was greeted calls may be under way, though its address is in use no more: their peer is going away.
      for (const socket of connected) if (socket.bytesRead === 0) socket.destroy();
    };
    return connector;
  };
  return credentials;
}
