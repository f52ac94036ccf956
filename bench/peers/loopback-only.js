// Preloaded into peers without an address option: no benchmark listens beyond this machine.
import { Server } from 'node:net'

const listen = Server.prototype.listen
Server.prototype.listen = function (first, ...rest) {
  if (typeof first === 'number')
    return listen.call(this, { port: first, host: '127.0.0.1' }, rest.findLast(isFunction))
  if (typeof first === 'object' && first.port !== undefined) first.host = '127.0.0.1'
  return listen.call(this, first, ...rest)
}

function isFunction(value) {
  return typeof value === 'function'
}
