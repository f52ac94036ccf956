/** RFC 1122 §3.2.1.3: the whole of 127.0.0.0/8. */
const IPV4 = /^127(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}$/

/**
 * Whether only this machine can reach a host. The host is as in `URL.hostname`, or an IPv6 address without
 * brackets.
 */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || IPV4.test(host)
}

/** RFC 6761 §6.3: names below `localhost` are this machine, too. Not every resolver follows it. */
const NAME = /^(?:.+\.)?localhost\.?$/
/** RFC 4291 §2.5.5.2: an IPv4 address in IPv6 form, as `URL.hostname` writes it. */
const MAPPED = /^\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\]$/

/** Whether a URL leads to this machine. Less strict than `isLoopback`, which protects listeners. */
export function isLoopbackUrl(text: string): boolean {
  const host = URL.parse(text)?.hostname ?? ''
  return isLoopback(host) || NAME.test(host) || MAPPED.test(host)
}
