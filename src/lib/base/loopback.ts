/** RFC 1122 §3.2.1.3: the whole of 127.0.0.0/8. */
const IPV4 = /^127(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}$/

/**
 * Whether only this machine can reach a host. The host is as in `URL.hostname`, or an IPv6 address without
 * brackets.
 */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || IPV4.test(host)
}
