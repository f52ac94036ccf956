import { lookup as systemLookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/**
 * Where clouds hand out their machines' credentials without a password: AWS, Azure, GCP, DigitalOcean, Tencent and
 * others at link-local addresses, AWS also at fd00:ec2::/32, GCP at fd20:ce::254, Alibaba at 100.100.100.200, Oracle at
 * 192.0.0.192, Azure's agent at 168.63.129.16, Scaleway at fd00:42::42. No model answers there, so a base URL that leads there is a
 * mistake or an attack. 64:ff9b:: are the same IPv4 addresses behind NAT64 (RFC 6052).
 */
const subnets = [
  ['169.254.0.0', 16, 'ipv4'],
  ['100.100.100.200', 32, 'ipv4'],
  ['192.0.0.192', 32, 'ipv4'],
  ['168.63.129.16', 32, 'ipv4'],
  ['fe80::', 10, 'ipv6'],
  ['fd00:ec2::', 32, 'ipv6'],
  ['fd20:ce::254', 128, 'ipv6'],
  ['fd00:42::42', 128, 'ipv6'],
  ['64:ff9b::a9fe:0', 112, 'ipv6'],
  ['64:ff9b::6464:64c8', 128, 'ipv6'],
  ['64:ff9b::c000:c0', 128, 'ipv6'],
  ['64:ff9b::a83f:8110', 128, 'ipv6'],
] as const

const names = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.tencentyun.com',
  'instance-data',
  'instance-data.ec2.internal',
])

let blocked: BlockList | null = null

/** Whether a host, as `URL.hostname` has it or without brackets, is or names a metadata service. */
export function isMetadataHost(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '')
  if (isIP(bare) !== 0) return isMetadataAddress(bare)
  return names.has(bare.toLowerCase().replace(/\.$/, ''))
}

/** IPv4 addresses that are written as IPv6 count as what they are. */
function isMetadataAddress(address: string): boolean {
  if (blocked === null) {
    blocked = new BlockList()
    for (const [net, prefix, family] of subnets) blocked.addSubnet(net, prefix, family)
  }
  // A zone, as in fe80::1%eth0, is not part of the address.
  const [plain = ''] = address.split('%')
  return blocked.check(plain, isIP(plain) === 4 ? 'ipv4' : 'ipv6')
}

/**
 * A lookup for sockets that fails with `EMETADATA` where a name has any address of a metadata service: what a name means
 * may have changed since it was checked, and whoever rebinds it chooses when.
 */
export function guardedLookup(base: LookupFunction = systemLookup): LookupFunction {
  return (host, options, callback) => {
    base(host, options, (error, address, family) => {
      const addresses = typeof address === 'string' ? [address] : (address ?? []).map((each) => each.address)
      if (error === null && addresses.some(isMetadataAddress)) {
        return callback(metadataError(), address, family)
      }
      callback(error, address, family)
    })
  }
}

/** As sockets fail: for `connect-reason.ts`. */
export function metadataError(): NodeJS.ErrnoException {
  return Object.assign(new Error('an address of cloud metadata'), { code: 'EMETADATA' })
}
