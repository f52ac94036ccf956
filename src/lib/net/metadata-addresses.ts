import { lookup as systemLookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { embeddedIpv4 } from './embedded-ipv4.ts'

/**
 * Addresses where clouds hand out machine credentials without a password. AWS, Azure, GCP, DigitalOcean, Tencent
 * and others use link-local addresses. Further: AWS fd00:ec2::/32, GCP fd20:ce::254, Alibaba 100.100.100.200,
 * Oracle 192.0.0.192, Azure's agent 168.63.129.16, Scaleway fd00:42::42. No model answers there, so a base URL that
 * leads there is a mistake or an attack. IPv6 forms of these IPv4 addresses count too.
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
] as const

const names = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'metadata.tencentyun.com',
  'instance-data',
  'instance-data.ec2.internal',
])

let blocked: BlockList | null = null

/** Whether a host is or names a metadata service; with or without brackets, as in `URL.hostname`. */
export function isMetadataHost(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '')
  // `isIP` takes a fiftieth of a short command's time at its first call, so names do not get there.
  const mayBeAddress = bare.includes(':') || /\d$/.test(bare)
  if (mayBeAddress && isIP(bare) !== 0) return isMetadataAddress(bare)
  return names.has(bare.toLowerCase().replace(/\.$/, ''))
}

function isMetadataAddress(address: string): boolean {
  if (blocked === null) {
    blocked = new BlockList()
    for (const [net, prefix, family] of subnets) blocked.addSubnet(net, prefix, family)
  }
  // A zone, as in fe80::1%eth0, is not part of the address.
  const [plain = ''] = address.split('%')
  if (isIP(plain) === 4) return blocked.check(plain, 'ipv4')
  const found = blocked
  return blocked.check(plain, 'ipv6') || embeddedIpv4(plain).some((ipv4) => found.check(ipv4, 'ipv4'))
}

/**
 * A lookup for sockets that fails with `EMETADATA` when a name has any address of a metadata service. The address
 * may have changed since the check: an attacker with control of the name chooses when.
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

/** The form of a socket error, for `connect-reason.ts`. */
export function metadataError(): NodeJS.ErrnoException {
  return Object.assign(new Error('an address of cloud metadata'), { code: 'EMETADATA' })
}
