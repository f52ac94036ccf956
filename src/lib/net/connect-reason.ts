const reasons: Record<string, string> = {
  ENOTFOUND: 'its host name does not exist',
  EAI_AGAIN: 'its host name cannot be looked up now',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was closed',
  EPIPE: 'the connection was closed',
  EHOSTUNREACH: 'no route to it',
  ENETUNREACH: 'no network to it',
  ETIMEDOUT: 'the connection timed out',
  EMFILE: 'this process has too many open files',
  EPROTO: 'no TLS could be agreed on',
  EMETADATA: 'its host name leads to an address of cloud metadata',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate chain is self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not signed by a known authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not signed by a known authority',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
}

/** Explains a socket error in words, with its code for a search; never with the error's own text. */
export function explainFailure(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  if (typeof code !== 'string') return 'the connection was closed'
  const words =
    reasons[code] ?? (code.startsWith('ERR_SSL') ? 'no TLS could be agreed on' : 'the connection failed')
  return `${words} (${code})`
}
